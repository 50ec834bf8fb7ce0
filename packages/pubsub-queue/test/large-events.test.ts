import { createRedisClient } from '@a2a-redis/core';
import { useServer } from '@a2a-redis-internal/contract/shared-server';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { expect, it, vi } from 'vitest';

import { RedisPubSubQueueManager } from '../src/redis-pubsub-queue-manager.ts';
import { chunkOf, textOf } from './chunk-of.ts';

const used = useServer();

it('events of any size arrive; many large ones in several messages', async () => {
  const prefix = newPrefix();
  const errors: Error[] = [];
  const onError = (error: Error): void => void errors.push(error);
  const [client, listener] = await Promise.all([
    createRedisClient({ url: used.url }),
    createRedisClient({ url: used.url }),
  ]);
  const a = new RedisPubSubQueueManager(client, { prefix, onError });
  const b = new RedisPubSubQueueManager(client, { prefix, onError });
  const bus = a.createOrGetByTaskId('task');
  const joined = b.getByTaskId('task');
  const sizes: number[] = [];
  joined.on('event', (event) => sizes.push(textOf(event)?.length ?? 0));
  const ended = new Promise<void>((resolve) => {
    joined.on('finished', resolve);
  });
  // Without a task store nothing is caught up: it sends until the other one hears it.
  await vi.waitUntil(() => {
    bus.publish(chunkOf('small'));
    return sizes.length > 0;
  });
  const counts: number[] = [];
  let hasHeardAll = false;
  await listener.pSubscribe(`${prefix}*`, (message) => {
    if (message === 'that was all') hasHeardAll = true;
    else if (message.length > 100_000) counts.push(message.split('\n').length - 1);
  });
  bus.publish(chunkOf('x'.repeat(3_000_000)));
  for (let index = 0; index < 9; index += 1) bus.publish(chunkOf('y'.repeat(200_000)));
  bus.finished();
  await ended;
  // What watches has a connection of its own, which may be behind.
  await client.publish(`${prefix}watched`, 'that was all');
  await vi.waitUntil(() => hasHeardAll);
  const large = Array.from({ length: 9 }, () => 200_000);
  expect(sizes.filter((size) => size > 5)).toEqual([3_000_000, ...large]);
  // No message but that of a single event is longer than half a megabyte. The last one holds the end.
  expect(counts).toEqual([1, 2, 2, 2, 2, 2]);
  expect(errors).toEqual([]);
  await Promise.all([a.close(), b.close()]);
  for (const each of [client, listener]) each.destroy();
});
