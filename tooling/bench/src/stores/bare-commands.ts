import type { Task } from '@a2a-js/sdk';
import type { RedisClient } from '@a2a-redis/core';

import { chunkText } from '../workload.ts';
import { PassThroughStore } from './handler-alone.ts';
import { storeOnRedis } from './redis.ts';
import type { StoreKind } from './store.ts';

const VALUE = JSON.stringify({ text: chunkText(0) });

/** Asks Redis for every load, and tells it a chunk with every save. Not a usable store. */
class BareCommandStore extends PassThroughStore {
  readonly #client: RedisClient;
  readonly #key: string;

  constructor(client: RedisClient, prefix: string) {
    super();
    this.#client = client;
    this.#key = `${prefix}bare`;
  }

  override async save(task: Task): Promise<void> {
    await this.#client.set(this.#key, VALUE);
    await super.save(task);
  }

  override async load(taskId: string): Promise<Task | undefined> {
    await this.#client.get(this.#key);
    return super.load(taskId);
  }
}

/** The least that an event takes with a store that asks Redis for each load, and waits for each save. */
export function bareCommands(url: string): StoreKind {
  const kind = storeOnRedis(
    url,
    'handler, 2 bare commands',
    (client, prefix) => new BareCommandStore(client, prefix),
  );
  return { ...kind, lists: false };
}
