import { randomUUID } from 'node:crypto';

import {
  type RedisCluster,
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import {
  createRedisClient,
  type RedisClient,
  type RedisCluster as RedisClusterClient,
} from '@a2a-redis/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { RedisPubSubQueueManager } from '../src/redis-pubsub-queue-manager.ts';
import { chunkOf, textOf } from './chunk-of.ts';

let cluster: RedisCluster;
let server: RedisServer;

beforeAll(async () => {
  [cluster, server] = await Promise.all([startRedisCluster(), startRedisServer()]);
});
afterAll(async () => {
  await Promise.all([cluster.stop(), server.stop()]);
});

async function connectCluster(): Promise<RedisClusterClient> {
  const rootNodes = cluster.urls.map((url) => ({
    host: '127.0.0.1',
    port: Number(new URL(url).port),
  }));
  return createRedisClient({ cluster: { rootNodes }, onError: () => {} });
}

/** Runs a test with two queue managers, each with a client of its own. */
async function withTwo(
  connect: () => Promise<RedisClient | RedisClusterClient>,
  test: (a: RedisPubSubQueueManager, b: RedisPubSubQueueManager) => Promise<void>,
): Promise<void> {
  const prefix = `${randomUUID()}:`;
  const errors: Error[] = [];
  const onError = (error: Error): void => void errors.push(error);
  const clients = await Promise.all([connect(), connect()]);
  const options = { prefix, sharded: true, onError };
  const [a, b] = [
    new RedisPubSubQueueManager(clients[0], options),
    new RedisPubSubQueueManager(clients[1], options),
  ];
  try {
    await test(a, b);
    expect(errors).toEqual([]);
  } finally {
    await Promise.all([a.close(), b.close()]);
    for (const client of clients) client.destroy();
  }
}

describe.each([
  ['a cluster', async () => connectCluster()],
  ['a single server, sharded', async () => createRedisClient({ url: server.url })],
])('on %s', (_, connect) => {
  it('events of tasks reach the other process, to the end', async () => {
    await withTwo(connect, async (a, b) => {
      const seen: string[][] = [];
      const ended: Promise<void>[] = [];
      for (let number = 0; number < 20; number += 1) {
        const bus = a.createOrGetByTaskId(`task-${number}`);
        const texts: string[] = [];
        seen.push(texts);
        const joined = b.getByTaskId(`task-${number}`);
        joined.on('event', (event) => texts.push(textOf(event) ?? ''));
        ended.push(
          new Promise((resolve) => {
            joined.on('finished', resolve);
          }),
        );
        // Without event ids nothing is caught up: it sends until the other one hears it.
        await vi.waitUntil(() => {
          bus.publish(chunkOf('early'));
          return texts.length > 0;
        });
        for (let index = 0; index < 10; index += 1) bus.publish(chunkOf(`${number} ${index}`));
        bus.finished();
      }
      await Promise.all(ended);
      for (const [number, texts] of seen.entries()) {
        const own = texts.filter((text) => text !== 'early');
        expect(own).toEqual(Array.from({ length: 10 }, (__, index) => `${number} ${index}`));
      }
    });
  });

  it('queues reach the other process, and are found there', async () => {
    await withTwo(connect, async (a, b) => {
      for (let number = 0; number < 20; number += 1) {
        const id = `queue-${number}`;
        expect(await b.tap(id)).toBeUndefined();
        const queue = await a.createOrTap(id);
        const tap = await b.tap(id);
        await queue.enqueueEvent(chunkOf('1'));
        expect(textOf(await tap?.dequeueEvent())).toBe('1');
      }
    });
  });
});

it('a cluster cannot do without shards', async () => {
  const client = await connectCluster();
  expect(() => new RedisPubSubQueueManager(client, { sharded: false })).toThrow('"sharded"');
  client.destroy();
});

it('a lost node of a cluster is told to the readers of its queues', async () => {
  const client = await connectCluster();
  const prefix = `${randomUUID()}:`;
  const manager = new RedisPubSubQueueManager(client, { prefix, onError: () => {} });
  const queue = await manager.createOrTap('queue');
  const reading = queue.dequeueEvent();
  reading.catch(() => undefined);
  for (const node of cluster.nodes) {
    const one = await createRedisClient({ url: node.url });
    await one.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
    one.destroy();
  }
  await expect(reading).rejects.toThrow('the connection was lost');
  await queue.enqueueEvent(chunkOf('1'));
  await vi.waitUntil(async () => textOf(await queue.dequeueEvent({ noWait: true })) === '1');
  await manager.close();
  client.destroy();
});
