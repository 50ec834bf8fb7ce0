import type { Task } from '@a2a-js/sdk';
import { createRedisClient, type RedisClient } from '@a2a-redis/core';

import { chunkText } from '../workload.ts';
import { PassThroughStore } from './handler-alone.ts';
import type { StoreKind } from './store.ts';

const KEY = 'bench:bare';
const VALUE = JSON.stringify({ text: chunkText(0) });

/** Asks Redis for every load, and tells it a chunk with every save. Not a usable store. */
class BareCommandStore extends PassThroughStore {
  readonly #client: Pick<RedisClient, 'get' | 'set'>;

  constructor(client: RedisClient) {
    super();
    this.#client = client;
  }

  override async save(task: Task): Promise<void> {
    await this.#client.set(KEY, VALUE);
    await super.save(task);
  }

  override async load(taskId: string): Promise<Task | undefined> {
    await this.#client.get(KEY);
    return super.load(taskId);
  }
}

/** The least that an event takes with a store that asks Redis for each load, and waits for each save. */
export function bareCommands(url: string): StoreKind {
  return {
    name: 'handler, 2 bare commands',
    savesWhole: false,
    lists: false,
    open: async () => {
      const client = await createRedisClient({ url });
      const store = new BareCommandStore(client);
      return {
        store,
        another: () => store,
        [Symbol.asyncDispose]: async () => {
          await client.del(KEY);
          await client.close();
        },
      };
    },
  };
}
