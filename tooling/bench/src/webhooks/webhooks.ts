import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { StreamResponse, type TaskPushNotificationConfig } from '@a2a-js/sdk';
import { DefaultPushNotificationSender, ServerCallContext } from '@a2a-js/sdk/server';
import { createRedisClient, type RedisClient } from '@a2a-redis/core';
import { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';
import { RedisPushNotificationSender } from '@a2a-redis/push-delivery';
import { Agent, request } from 'undici';

import type { Benchmark } from '../benchmark.ts';
import { progress } from '../progress.ts';
import { type Cell, summaryCells } from '../report.ts';
import { infoNumber } from '../redis-info.ts';
import { median, ratio, Samples } from '../statistics.ts';
import { deleteKeys } from '../stores/redis.ts';
import { type BenchReceiver, startReceiver } from './receiver.ts';

const CONTEXT = new ServerCallContext({
  tenant: 'bench',
  requestedVersion: '1.0',
  user: { isAuthenticated: true, userName: 'ann' },
});
const EVENTS_PER_TASK = 10;
/** Posts of one process at once, to the one host that there is: the same for both. */
const AT_ONCE = 32;
const OPTIONS = {
  targets: { allowHttp: true, ports: 'any', allow: ['127.0.0.1'] },
  concurrency: 2 * AT_ONCE,
  concurrencyPerHost: AT_ONCE,
  posting: { connectionsPerOrigin: AT_ONCE },
} as const;

function chunk(taskId: string, text: string): StreamResponse {
  return StreamResponse.fromJSON({
    artifactUpdate: {
      taskId,
      contextId: 'c',
      append: true,
      artifact: { artifactId: 'a', parts: [{ text: text.padEnd(100, '.') }] },
    },
  });
}

interface Bench {
  readonly client: RedisClient;
  readonly prefix: string;
  readonly configs: RedisPushNotificationConfigStore;
  readonly receiver: BenchReceiver;
}

/** What webhooks cost who sends them, the server, and who delivers them. */
export const webhooksBenchmark: Benchmark = async ({ quick, url }) => {
  const client = await createRedisClient({ url });
  const prefix = `bench:${randomUUID()}:`;
  const configs = new RedisPushNotificationConfigStore(client, { prefix: `${prefix}configs:` });
  const rounds = quick ? 2 : 5;
  const tasks = quick ? 50 : 300;
  const sends = new Samples<string>();
  const rates = new Samples<string>();
  let scriptCalls = 0;
  let bytes = 0;
  try {
    await using receiver = await startReceiver();
    const bench = { client, prefix, configs, receiver };
    for (let round = 0; round <= rounds; round += 1) {
      progress(`webhooks, round ${round} of ${rounds}`);
      const sent = await timeSends(bench);
      const queued = await timeDeliveries(bench, tasks);
      const bare = await timeBarePosts(receiver, tasks * EVENTS_PER_TASK);
      if (round === 0) continue;
      for (const [name, ms] of sent) sends.add(name, ms);
      rates.add('delivered', queued.perEventMs);
      rates.add('bare', bare);
      scriptCalls = queued.scriptCalls;
      bytes = queued.bytes;
    }
  } finally {
    await deleteKeys(client, prefix);
    await client.close();
  }
  const rateRatio = ratio(rates.summary('bare')?.median, rates.summary('delivered')?.median);
  const rows: readonly (readonly Cell[])[] = [
    [
      '`send` of the SDK, until the receiver has answered',
      ...summaryCells(sends.summary('sdk'), 'ms'),
    ],
    ['`send`, until it is kept', ...summaryCells(sends.summary('push'), 'ms')],
    ['`send` for a task without configs', ...summaryCells(sends.summary('none'), 'ms')],
    [
      'a delivery of one process, many tasks at once',
      ...summaryCells(rates.summary('delivered'), 'ms'),
    ],
    ['a bare post with undici, as many at once', ...summaryCells(rates.summary('bare'), 'ms')],
  ];
  return {
    title: 'Webhooks',
    notes: [
      `Chunks of 100 characters to a receiver that answers at once, in a thread of its own. ${tasks} tasks with ${EVENTS_PER_TASK} events each wait; ${AT_ONCE} posts at once.`,
      `A delivery takes ${scriptCalls.toFixed(2)} calls of scripts, and ${Math.round(bytes)} bytes of Redis while it waits.`,
    ],
    tables: [{ caption: 'Time', columns: ['what', 'median', 'min', 'max'], rows }],
    requirements: [
      {
        name: 'deliveries per second of one process to bare undici posts',
        bound: 'at least',
        limit: 0.7,
        unit: '×',
        measured: quick ? undefined : rateRatio,
      },
    ],
  };
};

/** The median of one `send` each, with one config of an instant receiver. */
async function timeSends({
  client,
  prefix,
  configs,
  receiver,
}: Bench): Promise<[string, number][]> {
  const taskId = randomUUID();
  await configs.save(taskId, CONTEXT, configOf(taskId, receiver.url));
  await using push = new RedisPushNotificationSender(client, configs, {
    ...OPTIONS,
    prefix: `${prefix}${randomUUID()}:`,
    deliver: false,
  });
  const sdk = new DefaultPushNotificationSender(configs);
  const info = console.info;
  // The SDK's sender writes a line for each webhook.
  console.info = () => {};
  const times = { sdk: [] as number[], push: [] as number[], none: [] as number[] };
  for (let count = 0; count < 100; count += 1) {
    const response = chunk(taskId, String(count));
    times.sdk.push(await timed(async () => sdk.send(response, CONTEXT)));
    times.push.push(await timed(async () => push.send(response, CONTEXT)));
    times.none.push(await timed(async () => push.send(chunk('none', '0'), CONTEXT)));
  }
  console.info = info;
  return Object.entries(times).map(([name, values]) => [name, median(values)]);
}

/** The time for each of many deliveries, and what they cost the server. */
async function timeDeliveries(
  { client, prefix, configs, receiver }: Bench,
  tasks: number,
): Promise<{ readonly perEventMs: number; readonly scriptCalls: number; readonly bytes: number }> {
  const ids = Array.from({ length: tasks }, () => randomUUID());
  for (const id of ids) await configs.save(id, CONTEXT, configOf(id, receiver.url));
  const options = { ...OPTIONS, prefix: `${prefix}${randomUUID()}:` };
  await using web = new RedisPushNotificationSender(client, configs, {
    ...options,
    deliver: false,
  });
  const before = await infoNumber(client, 'memory', 'used_memory:');
  for (let count = 0; count < EVENTS_PER_TASK; count += 1) {
    await Promise.all(ids.map(async (id) => web.send(chunk(id, String(count)), CONTEXT)));
  }
  const events = tasks * EVENTS_PER_TASK;
  const bytes = ((await infoNumber(client, 'memory', 'used_memory:')) - before) / events;
  const from = receiver.count();
  const callsBefore = await infoNumber(client, 'commandstats', 'cmdstat_evalsha:');
  const startedAt = performance.now();
  await using _worker = new RedisPushNotificationSender(client, configs, options);
  while (receiver.count() < from + events) await sleep(2);
  const perEventMs = (performance.now() - startedAt) / events;
  const calls = (await infoNumber(client, 'commandstats', 'cmdstat_evalsha:')) - callsBefore;
  return { perEventMs, scriptCalls: calls / events, bytes };
}

/** The time for each of many posts, so many at once. */
async function timeBarePosts(receiver: BenchReceiver, count: number): Promise<number> {
  const dispatcher = new Agent({ connections: AT_ONCE });
  const body = JSON.stringify(StreamResponse.toJSON(chunk(randomUUID(), '0')));
  const headers = { 'content-type': 'application/a2a+json' };
  let left = count;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left > 0) {
        left -= 1;
        const response = await request(receiver.url, { method: 'POST', dispatcher, body, headers });
        await response.body.dump();
      }
    }),
  );
  const perEventMs = (performance.now() - startedAt) / count;
  await dispatcher.close();
  return perEventMs;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function configOf(taskId: string, url: string): TaskPushNotificationConfig {
  return { tenant: '', id: 'a', taskId, url, token: '', authentication: undefined };
}
