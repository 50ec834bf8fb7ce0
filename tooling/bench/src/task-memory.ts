import type { Task } from '@a2a-js/sdk';
import type { TaskStore } from '@a2a-js/sdk/server';
import type { RedisClientType } from 'redis';

import { fill } from './fill.ts';
import { infoNumber } from './redis-info.ts';

/** Bytes of the server for each task. */
export interface MemoryPerTask {
  readonly record: number;
  readonly index: number;
  /** What the server grew by, its table of keys included. */
  readonly all: number;
}

/**
 * Fills a store, and says what its tasks take.
 *
 * @param prefix A prefix that nothing else uses.
 */
export async function measureMemory(
  client: RedisClientType,
  prefix: string,
  makeStore: (prefix: string) => TaskStore,
  count: number,
  make: () => Task,
): Promise<MemoryPerTask> {
  // Loads the scripts, which would count otherwise.
  await fill(makeStore(`${prefix}warm-up:`), 'owner', 1, make);
  const all = await growth(client, makeStore(`${prefix}tasks:`), count, make);
  let [record, index] = [0, 0];
  for await (const keys of client.scanIterator({ MATCH: `${prefix}tasks:*`, COUNT: 1000 })) {
    for (const key of keys) {
      const usage = (await client.memoryUsage(key, { SAMPLES: 0 })) ?? 0;
      if (await isRecord(client, key)) record += usage;
      else index += usage;
    }
  }
  return { record: record / count, index: index / count, all };
}

/** What a server grows by for each task that a store saves. */
export async function growth(
  client: RedisClientType,
  store: TaskStore,
  count: number,
  make: () => Task,
): Promise<number> {
  const before = await usedBytes(client);
  await fill(store, 'owner', count, make);
  return ((await usedBytes(client)) - before) / count;
}

/** A record holds one task's data; every key of the index names the scope alone. */
async function isRecord(client: RedisClientType, key: string): Promise<boolean> {
  const type = await client.type(key);
  return type === 'ReJSON-RL' || (type === 'hash' && (await client.hExists(key, 'v')) === 1);
}

/**
 * Without the buffers of connections, which keep the size of the largest command for a while, and
 * without what scripts have left to be collected.
 */
async function usedBytes(client: RedisClientType): Promise<number> {
  await client.eval("return collectgarbage('collect')");
  const used = await infoNumber(client, 'memory', 'used_memory:');
  return used - (await infoNumber(client, 'memory', 'mem_clients_normal:'));
}
