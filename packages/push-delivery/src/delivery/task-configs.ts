import type {
  PushNotificationStore,
  ServerCallContext,
  StoredPushNotificationConfig,
} from '@a2a-js/sdk/server';
import { configHashOf, contextOfScope, type RedisScriptClient } from '@a2a-redis/core/shared';

import type { TaskPlace } from './delivery-keys.ts';
import type { ConfigsOfTask } from './delivery-queue.ts';

/** The version of a config whose store does not keep it. */
const CURRENT_VERSION = '1.0';

/** Reads the push-notification configs of tasks, from whichever store. */
export class TaskConfigs {
  readonly #store: PushNotificationStore;
  readonly #client: RedisScriptClient;

  constructor(store: PushNotificationStore, client: RedisScriptClient) {
    this.#store = store;
    this.#client = client;
  }

  /** Which configs a task has now: where a script can read that by itself, it will. */
  async registered(task: TaskPlace, context: ServerCallContext): Promise<ConfigsOfTask> {
    const hash = configHashOf(this.#store, this.#client, task.taskId, context);
    // Another owner resolver may put them elsewhere.
    if (hash?.key.includes(`{${task.name}}`) === true) return hash;
    const configs = await this.#store.load(task.taskId, context);
    return { ids: configs.map(({ id }) => id) };
  }

  /** The configs of a task by their ids. */
  async load({
    scope,
    taskId,
  }: TaskPlace): Promise<ReadonlyMap<string, StoredPushNotificationConfig>> {
    const context = contextOfScope(scope);
    const stored =
      this.#store.loadWithMetadata === undefined
        ? (await this.#store.load(taskId, context)).map((config) => ({
            config,
            wireVersion: CURRENT_VERSION,
          }))
        : await this.#store.loadWithMetadata(taskId, context);
    return new Map(stored.map((each) => [each.config.id, each]));
  }
}
