import { Task } from '@a2a-js/sdk';
import type { ServerCallContext, TaskStore } from '@a2a-js/sdk/server';
import type { RedisClient } from '@a2a-redis/core';

import { storeOnRedis } from './redis.ts';
import type { StoreKind } from './store.ts';

/** What one writes first: a hash per task, with the whole task as JSON in one field. */
class JsonHashStore implements TaskStore {
  readonly #client: RedisClient;
  readonly #prefix: string;

  constructor(client: RedisClient, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  async save(task: Task, context: ServerCallContext): Promise<void> {
    await this.#client.hSet(this.#key(task.id, context), 'task', JSON.stringify(Task.toJSON(task)));
  }

  async load(taskId: string, context: ServerCallContext): Promise<Task | undefined> {
    const json = await this.#client.hGet(this.#key(taskId, context), 'task');
    return json === null ? undefined : Task.fromJSON(JSON.parse(json));
  }

  list(): never {
    throw new TypeError('A hash per task without an index cannot list.');
  }

  #key(taskId: string, context: ServerCallContext): string {
    return `${this.#prefix}${context.user?.userName ?? ''}:${taskId}`;
  }
}

/** A plain hash-of-JSON store on the same Redis: no index, no versions, the whole task every time. */
export function jsonHashStore(url: string): StoreKind {
  const kind = storeOnRedis(
    url,
    'hash of JSON',
    (client, prefix) => new JsonHashStore(client, prefix),
  );
  return { ...kind, savesWhole: true, lists: false };
}
