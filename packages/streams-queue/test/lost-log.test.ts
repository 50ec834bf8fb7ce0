import { randomUUID } from 'node:crypto';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { beginTask, textsOf } from '@a2a-redis-internal/contract/queue-fixtures';
import { createClient, type RedisClientType } from 'redis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

import { CONTEXT, Replica } from './replica.ts';

let server: RedisServer;
let admin: RedisClientType;
let prefix: string;
let a: Replica;
let b: Replica;

beforeAll(async () => {
  server = await startRedisServer();
  admin = createClient({ url: server.url });
  await admin.connect();
});
afterAll(async () => {
  admin.destroy();
  await server.stop();
});
beforeEach(async () => {
  prefix = `${randomUUID()}:`;
  [a, b] = await Promise.all([
    Replica.start(server.url, prefix),
    Replica.start(server.url, prefix),
  ]);
});
afterEach(async () => {
  await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()]);
});

it('a log that Redis lost is told to subscribers, and concerns neither publisher nor store', async () => {
  const executing = a.executor.next();
  const stream = a.stream();
  const execution = await executing;
  execution.task().chunks(2);
  await stream.until(3);
  const subscriber = b.resubscribe(execution.taskId);
  await subscriber.until(1);
  execution.chunks(1);
  await subscriber.until(2);
  // What a failover leaves to whom nothing was replicated yet.
  const keys = `${prefix}queues:{:unknown:${execution.taskId}}`;
  await admin.del([`${keys}:log`, `${keys}:state`]);
  execution.chunks(1).complete();
  await expect(subscriber.ended).rejects.toMatchObject({ code: 'EVENTS_LOST' });
  const all = ['chunk 0', 'chunk 1', 'chunk 2', 'chunk 3'];
  expect(await stream.ended).toEqual(['task working 0', ...all, 'completed']);
  const task = await b.tasks.load(execution.taskId, CONTEXT);
  expect(textsOf((task?.artifacts ?? []).flatMap(({ parts }) => parts))).toEqual([
    '0',
    '1',
    '2',
    '3',
  ]);
});

it('takes less than 700 bytes of Redis for an event of 200 bytes of text', async () => {
  const { execution, stream } = await beginTask(a);
  const log = `${prefix}queues:{:unknown:${execution.taskId}}:log`;
  await a.queues.flush();
  const before = (await admin.memoryUsage(log, { SAMPLES: 0 })) ?? 0;
  execution.chunks(1000, 'x'.repeat(197));
  await a.queues.flush();
  const after = (await admin.memoryUsage(log, { SAMPLES: 0 })) ?? 0;
  execution.complete();
  await stream.ended;
  expect((after - before) / 1000).toBeLessThan(700);
  expect((after - before) / 1000).toBeGreaterThan(400);
});
