import { keySegment, type Scope, scopeSegment } from '@a2a-redis/core/shared';

/** A task, and its keys: all in one hash slot. */
export interface TaskPlace {
  readonly scope: Scope;
  readonly taskId: string;
  /** The tenant as keys have it. */
  readonly tenant: string;
  /** Identifies the task among all of the prefix: `<tenant>:<owner>:<task id>`. */
  readonly name: string;
}

/** The keys of deliveries. See `docs/webhooks.md`. */
export class DeliveryKeys {
  /** The keys of the schedule, in the order in which scripts take them. */
  readonly schedule: readonly [string, string, string, string];
  /** What the channel of those who deliver is called, as if it were a key. */
  readonly wakeChannel: string;
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
    const base = `${prefix}{schedule}`;
    this.wakeChannel = `${base}:wake`;
    this.schedule = [`${base}:due`, `${base}:marks`, `${base}:ready`, `${base}:waiting`];
  }

  /** The lanes and the events of a task, by its name. */
  lanes(name: string): readonly [string, string] {
    const base = `${this.#prefix}{${name}}`;
    return [`${base}:lanes`, `${base}:events`];
  }

  /** The dead letters of a task, by its name. */
  letters(name: string): string {
    return `${this.#prefix}{${name}}:dead`;
  }

  /** Which dead letters a scope has. No task has such a key: its hash tag has one segment more. */
  letterIndex(scope: Scope): string {
    return `${this.#prefix}{${scopeSegment(scope)}}:dead`;
  }
}

/** Where a task is found. */
export function placeOf(scope: Scope, taskId: string): TaskPlace {
  return {
    scope,
    taskId,
    tenant: keySegment(scope.tenant),
    name: `${scopeSegment(scope)}:${keySegment(taskId)}`,
  };
}

/** The task and the id of a dead letter, of its entry in the index of its scope. Neither holds a space. */
export function letterOf(entry: string): { readonly name: string; readonly id: string } {
  const at = entry.lastIndexOf(' ');
  return { name: entry.slice(0, at), id: entry.slice(at + 1) };
}
