import { randomUUID } from 'node:crypto';

import { createRedisClient } from '@a2a-redis/core';
import { RedisTaskStore } from '@a2a-redis/task-store';

import { streamChunks } from '../agent.ts';
import type { Benchmark } from '../benchmark.ts';
import { progress } from '../progress.ts';
import { type Cell, figure, summaryCells } from '../report.ts';
import { ratio, Samples } from '../statistics.ts';
import { deleteKeys } from '../stores/redis.ts';
import { QUEUE_KINDS } from './queue-kind.ts';

interface Measured {
  readonly queue: string;
  readonly size: number;
}

/** Time per event of long and short streams through the request handler, store and manager. */
export const queueStreamBenchmark: Benchmark = async ({ quick, url }) => {
  const [short, long] = quick ? [250, 1000] : [1000, 20_000];
  const rounds = quick ? 2 : 3;
  const client = await createRedisClient({ url });
  const prefix = `bench:${randomUUID()}:`;
  const wall = new Samples<Measured>();
  const cpu = new Samples<Measured>();

  for (let round = 0; round <= rounds; round += 1) {
    for (const kind of QUEUE_KINDS) {
      const taskStore = new RedisTaskStore(client, { prefix: `${prefix}${randomUUID()}:` });
      const manager = kind.open(client, { prefix: `${prefix}${randomUUID()}:`, taskStore });
      for (const size of round === 0 ? [short] : [short, long, short]) {
        progress(`stream with a queue, round ${round} of ${rounds}: ${size} chunks, ${kind.name}`);
        const { events, wallMs, cpuMs } = await streamChunks(taskStore, size, manager);
        // What comes first warms up.
        if (round === 0) continue;
        wall.add({ queue: kind.name, size }, (wallMs * 1000) / events);
        cpu.add({ queue: kind.name, size }, (cpuMs * 1000) / events);
      }
      await manager.close();
    }
  }
  await deleteKeys(client, prefix);
  await client.close();

  const rows: Cell[][] = [];
  for (const { name: queue } of QUEUE_KINDS) {
    for (const size of [short, long]) {
      const time = wall.summary({ queue, size });
      rows.push([
        queue,
        figure(size, 'count'),
        ...summaryCells(time, 'µs'),
        figure(ratio(time?.median, wall.summary({ queue, size: short })?.median), '×'),
        figure(cpu.summary({ queue, size })?.median, 'µs'),
      ]);
    }
  }
  return {
    title: 'Streams with a queue manager',
    notes: [
      'As “Streaming artifact chunks”, with `RedisTaskStore` and a distributed executor on the queue manager: each event is also appended and announced.',
    ],
    tables: [
      {
        caption: 'Time per event',
        columns: ['queue', 'chunks', 'median', 'min', 'max', `to ${short} chunks`, 'cpu'],
        rows,
      },
    ],
    requirements: QUEUE_KINDS.map(({ name: queue }) => ({
      name: `time per event with ${queue} at 20,000 chunks, to that at 1,000`,
      bound: 'at most' as const,
      limit: 1.5,
      unit: '×' as const,
      measured: quick
        ? undefined
        : ratio(
            wall.summary({ queue, size: long })?.median,
            wall.summary({ queue, size: short })?.median,
          ),
    })),
  };
};
