import { randomUUID } from 'node:crypto';

import { createRedisClient } from '@a2a-redis/core';

import type { Benchmark } from '../benchmark.ts';
import { progress } from '../progress.ts';
import { type Cell, figure, summaryCells } from '../report.ts';
import { ratio, Samples } from '../statistics.ts';
import { deleteKeys } from '../stores/redis.ts';
import { QUEUE_KINDS } from './queue-kind.ts';
import { payloadOf, timedEvent } from './timed-event.ts';

/** How many events an agent publishes before it waits for them to be accepted. */
const BURST = 100;

interface Measured {
  readonly queue: string;
  readonly plain: boolean;
}

/** How many events a second go out, against the plain command for each. */
export const publishBenchmark: Benchmark = async ({ quick, url }) => {
  const events = quick ? 2000 : 20_000;
  const rounds = quick ? 2 : 5;
  const client = await createRedisClient({ url, commandsQueueMaxLength: events });
  const prefix = `bench:${randomUUID()}:`;
  const wall = new Samples<Measured>();
  const cpu = new Samples<Measured>();

  for (let round = 0; round <= rounds; round += 1) {
    for (const kind of QUEUE_KINDS) {
      const key = `${prefix}${randomUUID()}`;
      const manager = kind.open(client, { prefix: `${prefix}${randomUUID()}:` });
      const bus = manager.createOrGetByTaskId('t');
      const ways = [
        {
          plain: true,
          burst: async (first: number) => {
            const sent: Promise<unknown>[] = [];
            for (let index = first; index < first + BURST; index += 1) {
              sent.push(kind.plain.send(client, key, payloadOf(timedEvent('t', index))));
            }
            await Promise.all(sent);
          },
        },
        {
          plain: false,
          burst: async (first: number) => {
            for (let index = first; index < first + BURST; index += 1) {
              bus.publish(timedEvent('t', index));
            }
            await manager.flush();
          },
        },
      ];
      for (const { plain, burst } of ways) {
        progress(`publish, round ${round} of ${rounds}: ${plain ? kind.plain.name : kind.name}`);
        const startedCpu = process.cpuUsage();
        const started = performance.now();
        for (let first = 0; first < events; first += BURST) await burst(first);
        const wallUs = ((performance.now() - started) * 1000) / events;
        const { user, system } = process.cpuUsage(startedCpu);
        // What comes first warms up.
        if (round === 0) continue;
        wall.add({ queue: kind.name, plain }, wallUs);
        cpu.add({ queue: kind.name, plain }, (user + system) / events);
      }
      bus.finished();
      await manager.close();
    }
  }
  await deleteKeys(client, prefix);
  await client.close();

  const rows: Cell[][] = [];
  for (const kind of QUEUE_KINDS) {
    for (const plain of [true, false]) {
      rows.push([
        plain ? `plain pipelined ${kind.plain.name}` : kind.name,
        ...summaryCells(wall.summary({ queue: kind.name, plain }), 'µs'),
        figure(cpu.summary({ queue: kind.name, plain })?.median, 'µs'),
      ]);
    }
  }
  return {
    title: 'Publishing events',
    notes: [
      `One agent publishes events of 200 bytes, ${BURST} at a time, and waits until they are accepted; the plain command sends the same JSON through the same client, ${BURST} at a time. Rounds are interleaved.`,
    ],
    tables: [{ caption: 'Time per event', columns: ['what', 'median', 'min', 'max', 'cpu'], rows }],
    requirements: QUEUE_KINDS.map((kind) => ({
      name: `throughput of ${kind.name}, to plain pipelined ${kind.plain.name}`,
      bound: 'at least' as const,
      limit: kind.requiredThroughput,
      unit: '×' as const,
      measured: ratio(
        wall.summary({ queue: kind.name, plain: true })?.median,
        wall.summary({ queue: kind.name, plain: false })?.median,
      ),
    })),
  };
};
