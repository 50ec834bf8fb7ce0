import type { PushNotificationStore, ServerCallContext } from '@a2a-js/sdk/server';

/** Where a script finds which push-notification configs a task has. */
export interface ConfigHash {
  /** A hash in the slot of the task, or no key at all. */
  readonly key: string;
  /**
   * What the field of every config begins with, before its id; no other field does. Its value begins with
   * `<number>@<moment>:`, where the moment is when the config was registered, in milliseconds since the epoch on the clock
   * of the server; without `@` and moment, that is not known.
   */
  readonly fieldPrefix: string;
}

/** A push-notification store whose configs of a task are the fields of one hash. */
export interface ConfigHashStore extends PushNotificationStore {
  /** Where the configs of a task are; `undefined` where this client does not reach them. */
  configHash(client: object, taskId: string, context: ServerCallContext): ConfigHash | undefined;
}

/** Where a script finds the configs of a task that a store has; `undefined` where it cannot. */
export function configHashOf(
  store: PushNotificationStore,
  client: object,
  taskId: string,
  context: ServerCallContext,
): ConfigHash | undefined {
  return isConfigHashStore(store) ? store.configHash(client, taskId, context) : undefined;
}

function isConfigHashStore(store: PushNotificationStore): store is ConfigHashStore {
  return 'configHash' in store && typeof store.configHash === 'function';
}
