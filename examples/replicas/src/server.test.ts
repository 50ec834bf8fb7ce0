import { randomUUID } from 'node:crypto';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { type QueueKind, startServer } from './server.ts';
import { Reader, stateName, StoryClient } from './story-client.ts';

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedisServer();
});
afterAll(async () => {
  await redis.stop();
});

test.each<QueueKind>(['streams', 'pubsub'])(
  'two replicas with %s: one tells, the other cancels',
  async (queues) => {
    const settings = {
      redisUrl: redis.url,
      queues,
      prefix: `${randomUUID()}:`,
      port: 0,
      publicUrl: undefined,
      paceMs: 20,
      failoverMs: 15_000,
    };
    const [one, other] = await Promise.all([startServer(settings), startServer(settings)]);
    const [teller, canceler] = await Promise.all([
      StoryClient.connect(one.url),
      StoryClient.connect(other.url),
    ]);
    const story = new Reader(teller.tell(1000));
    await story.until(3);
    const watching = new Reader(canceler.resubscribe(story.taskId));
    await watching.until(2);
    const canceled = await canceler.cancel(story.taskId);
    expect(stateName(canceled.status?.state)).toBe('canceled');
    expect([await story.ended, await watching.ended].map((heard) => heard.at(-1))).toEqual([
      'canceled',
      'canceled',
    ]);
    await Promise.all([one.stop(), other.stop()]);
  },
);
