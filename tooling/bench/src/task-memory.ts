import type { Task } from '@a2a-js/sdk';
import type { TaskStore } from '@a2a-js/sdk/server';
import { createClient, type RedisClientType } from 'redis';

import { fill } from './fill.ts';
import { infoNumber } from './redis-info.ts';

/** Bytes of the server for each task. */
export interface MemoryPerTask {
  readonly record: number;
  readonly index: number;
  /** What the server grew by, its table of keys included. */
  readonly all: number;
}

/** Makes a store. */
export type MakeStore = (client: RedisClientType, prefix: string) => TaskStore;

/**
 * Fills a store, and says what its tasks take.
 *
 * @param client Asks the server; the store has a connection of its own, which is closed before.
 * @param prefix A prefix that nothing else uses.
 */
export async function measureMemory(
  client: RedisClientType,
  url: string,
  prefix: string,
  makeStore: MakeStore,
  count: number,
  make: () => Task,
): Promise<MemoryPerTask> {
  const fillAt = async (place: string, tasks: number): Promise<void> => {
    const writer: RedisClientType = createClient({ url });
    await writer.connect();
    await fill(makeStore(writer, `${prefix}${place}:`), 'owner', tasks, make);
    await writer.close();
  };
  // Loads the scripts, which would count otherwise.
  await fillAt('warm-up', 1);
  const all = await growth(client, async () => fillAt('tasks', count));
  let [record, index] = [0, 0];
  for await (const keys of client.scanIterator({ MATCH: `${prefix}tasks:*`, COUNT: 1000 })) {
    for (const key of keys) {
      const usage = (await client.memoryUsage(key, { SAMPLES: 0 })) ?? 0;
      if (await isRecord(client, key)) record += usage;
      else index += usage;
    }
  }
  return { record: record / count, index: index / count, all: all / count };
}

/** What a server grows by. */
export async function growth(client: RedisClientType, work: () => Promise<void>): Promise<number> {
  const before = await usedBytes(client);
  await work();
  return (await usedBytes(client)) - before;
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
