import { keySegment, type Scope, scopeSegment } from '@a2a-redis/core/shared';

/** Whose configs, and of which task. */
export interface TaskPlace {
  readonly prefix: string;
  readonly scope: Scope;
  readonly taskId: string;
}

/** One config of a task. */
export interface ConfigPlace extends TaskPlace {
  readonly configId: string;
}

/** The field that counts the saves of a task. Scripts know it by this name too. */
export const COUNTER_FIELD = 'seq';

/** Starts the field of every config, so that no config id can name the counter. */
export const CONFIG_FIELD_PREFIX = 'c:';

/**
 * The hash of a task's configs: `<prefix>{<tenant>:<owner>:<task id>}:configs`. Without the suffix it
 * would be the key of the task itself in a task store with the same prefix.
 */
export function configsKey({ prefix, scope, taskId }: TaskPlace): string {
  return `${prefix}{${scopeSegment(scope)}:${keySegment(taskId)}}:configs`;
}

/** The field of a config: `c:<config id>`, the id as it is. */
export function configField(configId: string): string {
  return CONFIG_FIELD_PREFIX + configId;
}

/** The config that a field belongs to; `undefined` for the field of no config. */
export function configIdOfField(field: string): string | undefined {
  return field.startsWith(CONFIG_FIELD_PREFIX)
    ? field.slice(CONFIG_FIELD_PREFIX.length)
    : undefined;
}
