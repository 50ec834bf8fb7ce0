import { randomUUID } from 'node:crypto';

import { createRedisClient } from '@a2a-redis/core';
import { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';

import type { Benchmark } from '../benchmark.ts';
import { progress } from '../progress.ts';
import { type Cell, figure, summaryCells, type Table } from '../report.ts';
import { ratio, Samples } from '../statistics.ts';
import { deleteKeys } from '../stores/redis.ts';
import { AT_ONCE } from './bench-push.ts';
import {
  type DeliveryCost,
  EVENTS_PER_TASK,
  timeBarePosts,
  timeDeliveries,
  timePostsWithOneCall,
} from './deliveries.ts';
import { startReceiver } from './receiver.ts';
import { timeSends } from './sends.ts';
import { timeStreams } from './slow-receiver.ts';

type Measured =
  | 'send: sdk'
  | 'send: push'
  | 'send: none'
  | 'stream: without'
  | 'stream: push'
  | 'post: delivery'
  | 'post: bare'
  | 'post: one call';

/** What webhooks cost who sends them, the server, and who delivers them. */
export const webhooksBenchmark: Benchmark = async ({ quick, url }) => {
  const client = await createRedisClient({ url });
  const prefix = `bench:${randomUUID()}:`;
  const configs = new RedisPushNotificationConfigStore(client, { prefix: `${prefix}configs:` });
  const rounds = quick ? 2 : 7;
  const tasks = quick ? 50 : 300;
  const chunks = quick ? 100 : 900;
  const posts = tasks * EVENTS_PER_TASK;
  const wall = new Samples<Measured>();
  const cpu = new Samples<Measured>();
  let cost: DeliveryCost | undefined;
  try {
    await using receiver = await startReceiver();
    const bench = { client, prefix, configs, receiver };
    for (let round = 0; round <= rounds; round += 1) {
      progress(`webhooks, round ${round} of ${rounds}`);
      const sent = await timeSends(bench);
      const streamed = await timeStreams(bench, chunks);
      const delivered = await timeDeliveries(bench, tasks);
      const bare = await timeBarePosts(bench, posts);
      const floor = await timePostsWithOneCall(bench, posts);
      // What comes first warms up.
      if (round === 0) continue;
      wall.add('send: sdk', sent.sdk);
      wall.add('send: push', sent.push);
      wall.add('send: none', sent.none);
      for (const [name, { wallMs, cpuMs, events }] of [
        ['stream: without', streamed.without],
        ['stream: push', streamed.push],
      ] as const) {
        wall.add(name, wallMs / events);
        cpu.add(name, cpuMs / events);
      }
      for (const [name, time] of [
        ['post: delivery', delivered],
        ['post: bare', bare],
        ['post: one call', floor],
      ] as const) {
        wall.add(name, time.wallMs);
        cpu.add(name, time.cpuMs);
      }
      cost = delivered;
    }
  } finally {
    await deleteKeys(client, prefix);
    await client.close();
  }

  const row = (what: string, name: Measured, to: Measured): Cell[] => [
    what,
    ...summaryCells(wall.summary(name), 'ms'),
    figure(ratio(wall.summary(name)?.median, wall.summary(to)?.median), '×'),
  ];
  const withCpu = (what: string, name: Measured, to: Measured): Cell[] => [
    ...row(what, name, to),
    figure(cpu.summary(name)?.median, 'ms'),
  ];
  const columns = ['what', 'median', 'min', 'max'];
  const tables: readonly Table[] = [
    {
      caption: '**Time of `send`, with a receiver that answers at once**',
      columns: [...columns, "to the SDK's"],
      rows: [
        row("the SDK's sender, until the receiver has answered", 'send: sdk', 'send: sdk'),
        row('RedisPushNotificationSender, until it is kept', 'send: push', 'send: sdk'),
        row('the same, for a task without webhooks', 'send: none', 'send: sdk'),
      ],
    },
    {
      caption: '**Time per event of a stream, with a receiver that takes a second**',
      columns: [...columns, 'to that without', 'cpu'],
      rows: [
        withCpu('without webhooks', 'stream: without', 'stream: without'),
        withCpu('RedisPushNotificationSender', 'stream: push', 'stream: without'),
      ],
    },
    {
      caption: '**Time per webhook, as many at once**',
      columns: [...columns, 'to bare posts', 'cpu'],
      rows: [
        withCpu('bare posts with undici', 'post: bare', 'post: bare'),
        withCpu('the same, and one call of Redis after each', 'post: one call', 'post: bare'),
        withCpu('RedisPushNotificationSender', 'post: delivery', 'post: bare'),
      ],
    },
    {
      caption: '**What a delivery costs Redis**',
      columns: ['what', 'figure'],
      rows: [
        ['memory while it is due, one event of a task', figure(cost?.bytesOfFirst, 'bytes')],
        [`the same, ${EVENTS_PER_TASK} events of a task`, figure(cost?.bytes, 'bytes')],
        ['calls of scripts', figure(cost?.scriptCalls, 'count')],
        ['commands that those run', figure(cost?.commands, 'count')],
      ],
    },
  ];
  return {
    title: 'Webhooks',
    notes: [
      `Chunks of 100 characters to a receiver in a thread of its own. ${tasks} tasks with ${EVENTS_PER_TASK} events each wait for one process; ${AT_ONCE} posts at once. A stream has ${chunks} chunks of 200 bytes, as “Streams with a queue manager”, and is delivered by the same process. Rounds are interleaved.`,
      'The call after a bare post moves a cursor, drops an event and reads the next one: no queue takes less that settles each delivery before the next of its config goes out. `cpu` is that of the Node process, the thread of the receiver included.',
    ],
    tables,
    requirements: [
      {
        name: 'time per event of a stream with a receiver that takes a second, to that without webhooks',
        bound: 'at most',
        limit: 1.2,
        unit: '×',
        measured: quick
          ? undefined
          : ratio(wall.summary('stream: push')?.median, wall.summary('stream: without')?.median),
      },
      {
        name: 'deliveries per second of one process, to bare posts with undici',
        bound: 'at least',
        limit: 0.7,
        unit: '×',
        measured: quick
          ? undefined
          : ratio(wall.summary('post: bare')?.median, wall.summary('post: delivery')?.median),
      },
    ],
  };
};
