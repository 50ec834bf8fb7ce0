import { randomUUID } from 'node:crypto';

import type { TaskStore } from '@a2a-js/sdk/server';
import { createRedisClient, type RedisClient } from '@a2a-redis/core';
import { RedisTaskStore } from '@a2a-redis/task-store';

import type { StoreKind } from './store.ts';

/** The store under test, used as its README says. */
export function redisStore(url: string, name: string = 'RedisTaskStore'): StoreKind {
  return storeOnRedis(url, name, (client, prefix) => new RedisTaskStore(client, { prefix }));
}

/** A store of ours on a server, with a prefix of its own for every opening. */
export function storeOnRedis(
  url: string,
  name: string,
  make: (client: RedisClient, prefix: string) => TaskStore,
): StoreKind {
  return {
    name,
    savesWhole: false,
    lists: true,
    open: async () => {
      const client = await createRedisClient({ url });
      const prefix = `bench:${randomUUID()}:`;
      const another = (): TaskStore => make(client, prefix);
      return {
        store: another(),
        another,
        [Symbol.asyncDispose]: async () => {
          await deleteKeys(client, prefix);
          await client.close();
        },
      };
    },
  };
}

interface KeyClient {
  scanIterator(options: { MATCH: string; COUNT: number }): AsyncIterable<string[]>;
  unlink(keys: string[]): Promise<unknown>;
}

/** Deletes the keys of one opening: the server may be one that others use, too. */
export async function deleteKeys(client: KeyClient, prefix: string): Promise<void> {
  for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1000 })) {
    if (keys.length > 0) await client.unlink(keys);
  }
}
