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

/**
 * Who stores an event: its publisher, in the script that sends it; or, where the store has a client of its
 * own, the request that listens, with a load and a save of its own.
 */
const STORED_BY = ['publisher', 'request'] as const;

interface Measured {
  readonly queue: string;
  readonly storedBy: (typeof STORED_BY)[number];
  readonly size: number;
}

/** Time per event of long and short streams through the request handler, store and manager. */
export const queueStreamBenchmark: Benchmark = async ({ quick, url }) => {
  const [short, long] = quick ? [250, 1000] : [1000, 20_000];
  const rounds = quick ? 2 : 3;
  const client = await createRedisClient({ url });
  const apart = await createRedisClient({ url });
  const prefix = `bench:${randomUUID()}:`;
  const wall = new Samples<Measured>();
  const cpu = new Samples<Measured>();

  for (let round = 0; round <= rounds; round += 1) {
    for (const kind of QUEUE_KINDS) {
      for (const storedBy of STORED_BY) {
        const storeClient = storedBy === 'publisher' ? client : apart;
        const taskStore = new RedisTaskStore(storeClient, { prefix: `${prefix}${randomUUID()}:` });
        const manager = kind.open(client, { prefix: `${prefix}${randomUUID()}:`, taskStore });
        for (const size of round === 0 ? [short] : [short, long, short]) {
          progress(
            `stream with a queue, round ${round} of ${rounds}: ${size} chunks, ${kind.name}, stored by the ${storedBy}`,
          );
          const { events, wallMs, cpuMs } = await streamChunks(taskStore, size, manager);
          // What comes first warms up.
          if (round === 0) continue;
          wall.add({ queue: kind.name, storedBy, size }, (wallMs * 1000) / events);
          cpu.add({ queue: kind.name, storedBy, size }, (cpuMs * 1000) / events);
        }
        await manager.close();
      }
    }
  }
  await deleteKeys(client, prefix);
  await Promise.all([client.close(), apart.close()]);

  const rows: Cell[][] = [];
  for (const { name: queue } of QUEUE_KINDS) {
    for (const storedBy of STORED_BY) {
      for (const size of [short, long]) {
        const time = wall.summary({ queue, storedBy, size });
        rows.push([
          queue,
          storedBy,
          figure(size, 'count'),
          ...summaryCells(time, 'µs'),
          figure(ratio(time?.median, wall.summary({ queue, storedBy, size: short })?.median), '×'),
          figure(
            ratio(time?.median, wall.summary({ queue, storedBy: 'request', size })?.median),
            '×',
          ),
          figure(cpu.summary({ queue, storedBy, size })?.median, 'µs'),
        ]);
      }
    }
  }
  return {
    title: 'Streams with a queue manager',
    notes: [
      'As “Streaming artifact chunks”, with `RedisTaskStore` and a distributed executor on the queue manager: each event is also appended and announced. Stored by its publisher, an event is one script; where the store has a client of its own, each request loads and saves it, and the publisher sends it.',
    ],
    tables: [
      {
        caption: 'Time per event',
        columns: [
          'queue',
          'stored by',
          'chunks',
          'median',
          'min',
          'max',
          `to ${short} chunks`,
          'to stored by request',
          'cpu',
        ],
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
            wall.summary({ queue, storedBy: 'publisher', size: long })?.median,
            wall.summary({ queue, storedBy: 'publisher', size: short })?.median,
          ),
    })),
  };
};
