import { ListTasksRequest } from '@a2a-js/sdk';
import { DefaultRequestHandler } from '@a2a-js/sdk/server';
import { CARD, DrivenExecutor, sendRequest } from '@a2a-redis-internal/contract/queue-fixtures';
import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import type { BaseQueueManager, QueueManagerOptions } from '@a2a-redis/core/queue-manager';
import { RedisPubSubQueueManager } from '@a2a-redis/pubsub-queue';
import { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';
import { RedisStreamsQueueManager } from '@a2a-redis/streams-queue';
import { RedisTaskStore } from '@a2a-redis/task-store';
import type { RedisClientType } from 'redis';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { RedisPushNotificationSender } from '../src/index.ts';
import { configOf, CONTEXT } from './responses.ts';
import { Receiver } from './scripted-receiver.ts';
import { FAST } from './support.ts';

/** What is weeks elsewhere, in seconds: see "Retention of a whole agent" in the README. */
const KEPT = 3;

const ENDED_SECONDS: Readonly<Record<string, number>> = {
  RedisStreamsQueueManager: KEPT,
  RedisPubSubQueueManager: 300,
};
const MANAGERS: readonly (readonly [
  name: string,
  open: (client: RedisClientType, options: QueueManagerOptions) => BaseQueueManager,
  ownKeys: readonly string[],
])[] = [
  [
    'RedisStreamsQueueManager',
    (redis, options) =>
      new RedisStreamsQueueManager(redis, { ...options, endedRetentionSeconds: KEPT }),
    ['queues: log', 'queues: state'],
  ],
  [
    'RedisPubSubQueueManager',
    (redis, options) => new RedisPubSubQueueManager(redis, options),
    ['queues: state'],
  ],
];
/** Of a task that has ended, with a dead letter and with two configs. */
const KEYS = [
  'delivery: dead',
  'delivery: lanes',
  'push: configs',
  'tasks: ',
  'tasks: expiry',
  'tasks: rows',
  'tasks: tasks',
  'tasks: tasks:c:<context>',
  'tasks: tasks:c:<context>:s:3',
  'tasks: tasks:s:3',
];

let server: RedisServer;
let client: RedisClientType;

beforeAll(async () => {
  server = await startRedisServer();
  client = await connect(server.url);
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

/** The keys of a prefix that are of a task, or hold something of it: which package's, and what. */
async function keysOf(prefix: string, taskId: string): Promise<readonly string[]> {
  const found = new Set<string>();
  for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1000 })) {
    for (const key of keys) {
      const dump = key.includes(taskId) ? '' : JSON.stringify(await contentOf(key));
      if (!key.includes(taskId) && !dump.includes(taskId)) continue;
      const [, of = '', what = ''] = /^([a-z]+:)\{.*\}:?(.*)$/.exec(key.slice(prefix.length)) ?? [];
      found.add(`${of} ${what.replace(/^tasks:c:[\w-]+/, 'tasks:c:<context>')}`);
    }
  }
  return [...found].toSorted();
}

async function contentOf(key: string): Promise<unknown> {
  switch (await client.type(key)) {
    case 'hash':
      return client.hGetAll(key);
    case 'zset':
      return client.zRange(key, 0, -1);
    case 'set':
      return client.sMembers(key);
    case 'stream':
      return client.xRange(key, '-', '+');
    default:
      return client.get(key);
  }
}

test.each(MANAGERS)(
  'with %s, nothing of a task is left after its end',
  async (name, open, ownKeys) => {
    const prefix = newPrefix();
    await using receiver = await Receiver.start(({ path }) => (path === '/refuses' ? 400 : 204));
    const taskStore = new RedisTaskStore(client, {
      prefix: `${prefix}tasks:`,
      ttlSeconds: KEPT,
      ttlAppliesTo: 'terminal',
    });
    const configs = new RedisPushNotificationConfigStore(client, { prefix: `${prefix}push:` });
    await using push = new RedisPushNotificationSender(client, configs, {
      ...FAST,
      prefix: `${prefix}delivery:`,
      retry: { baseMs: 20, maxMs: 100, maxAgeMs: 1000 },
      retentionSeconds: KEPT,
      endedConfigSeconds: KEPT,
      deadLetterSeconds: KEPT,
    });
    await using queues = open(client, { prefix: `${prefix}queues:`, taskStore });
    const executor = new DrivenExecutor();
    const handler = new DefaultRequestHandler(
      CARD,
      taskStore,
      queues.distribute(executor),
      queues,
      configs,
      queues.distributeSender(push),
    );
    const executing = executor.next();
    const answer = handler.sendMessage(sendRequest({}), CONTEXT);
    const execution = await executing;
    const { taskId } = execution;
    execution.task();
    await expect.poll(async () => (await taskStore.load(taskId, CONTEXT))?.id).toBe(taskId);
    await configs.save(taskId, CONTEXT, configOf(taskId, 'takes', receiver.url('/takes')));
    await configs.save(taskId, CONTEXT, configOf(taskId, 'refuses', receiver.url('/refuses')));
    execution.chunks(1);
    // What runs is kept, whatever the options say.
    expect(await client.ttl(`${prefix}push:{acme:ann:${taskId}}:configs`)).toBe(-1);
    execution.complete();
    await answer;
    await expect.poll(() => receiver.arrived('/takes')).toEqual(['chunk 0', 'completed']);
    await expect.poll(async () => (await push.deadLetters(CONTEXT)).letters).toHaveLength(2);
    expect(await keysOf(prefix, taskId)).toEqual([...KEYS, ...ownKeys].toSorted());
    // With Pub/Sub it stays for five minutes, which no test waits for.
    const state = `${prefix}queues:{acme:ann:${taskId}}:state`;
    const stateSeconds = await client.ttl(state);
    expect(stateSeconds).toBeGreaterThan(0);
    expect(stateSeconds).toBeLessThanOrEqual(ENDED_SECONDS[name] ?? 0);
    await client.expire(state, KEPT, 'LT');
    // A list takes what expired out of its index; where nobody lists, a later save does it within minutes.
    await expect
      .poll(
        async () => {
          await taskStore.list(ListTasksRequest.fromJSON({}), CONTEXT);
          return keysOf(prefix, taskId);
        },
        { timeout: 30_000, interval: 500 },
      )
      .toEqual([]);
  },
);
