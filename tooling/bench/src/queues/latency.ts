import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { createRedisClient } from '@a2a-redis/core';

import type { Benchmark } from '../benchmark.ts';
import { progress } from '../progress.ts';
import { type Cell, figure } from '../report.ts';
import { median, ratio } from '../statistics.ts';
import { deleteKeys } from '../stores/redis.ts';
import { Listener } from './listener.ts';
import { percentile } from './percentile.ts';
import { QUEUE_KINDS } from './queue-kind.ts';
import { payloadOf, timedEvent } from './timed-event.ts';

const TASK = 't';
/** Between two events, in milliseconds: each is alone on its way. */
const PACE_MS = 2;

/** From publish in one process to the listener in another, against plain messages between the two. */
export const latencyBenchmark: Benchmark = async ({ quick, url }) => {
  const events = quick ? 200 : 1500;
  const rounds = quick ? 2 : 6;
  const client = await createRedisClient({ url });
  const prefix = `bench:${randomUUID()}:`;
  await using listener = new Listener(url);
  const names = [undefined, ...QUEUE_KINDS.map(({ name }) => name)];
  const figures = new Map<string | undefined, { p50: number[]; p99: number[] }>(
    names.map((name) => [name, { p50: [], p99: [] }]),
  );

  for (let round = 0; round <= rounds; round += 1) {
    for (const kind of [undefined, ...QUEUE_KINDS]) {
      progress(`latency, round ${round} of ${rounds}: ${kind?.name ?? 'PUBLISH and SUBSCRIBE'}`);
      const scope = `${prefix}${randomUUID()}:`;
      const manager = kind?.open(client, { prefix: scope });
      const bus = manager?.createOrGetByTaskId(TASK);
      await listener.listen(kind?.name, scope, [TASK]);
      const publish = async (index: number): Promise<void> => {
        const event = timedEvent(TASK, index);
        if (bus === undefined) await client.publish(`${scope}${TASK}`, payloadOf(event));
        else bus.publish(event);
      };
      // Until the listener hears, and both are warm.
      const warm = listener.report(50);
      for (let index = 0, isWarm = false; !isWarm; index += 1) {
        await publish(index);
        isWarm = await Promise.race([warm.then(() => true), sleep(PACE_MS, false)]);
      }
      await listener.begin();
      for (let index = 0; index < events; index += 1) {
        await publish(index);
        await sleep(PACE_MS);
      }
      const { ages } = await listener.report(events);
      await listener.leave();
      bus?.finished();
      await manager?.close();
      // What comes first warms up.
      if (round === 0) continue;
      figures.get(kind?.name)?.p50.push(percentile(ages, 0.5));
      figures.get(kind?.name)?.p99.push(percentile(ages, 0.99));
    }
  }
  await deleteKeys(client, prefix);
  await client.close();

  const p50 = (name: string | undefined): number => median(figures.get(name)?.p50 ?? []);
  const p99 = (name: string | undefined): number => median(figures.get(name)?.p99 ?? []);
  return {
    title: 'Latency between processes',
    notes: [
      `One process publishes an event of 200 bytes every ${PACE_MS} ms or more, another listens; both clocks are the machine's. The baseline is PUBLISH and SUBSCRIBE of the same JSON between the same processes. Median over ${rounds} interleaved rounds of ${events} events.`,
    ],
    tables: [
      {
        caption: 'From publish to listener',
        columns: ['what', 'p50', 'p99', 'p50 to plain', 'p99 to plain'],
        rows: names.map((name): Cell[] => [
          name ?? 'plain PUBLISH and SUBSCRIBE',
          figure(p50(name), 'µs'),
          figure(p99(name), 'µs'),
          figure(ratio(p50(name), p50(undefined)), '×'),
          figure(ratio(p99(name), p99(undefined)), '×'),
        ]),
      },
    ],
    requirements: QUEUE_KINDS.flatMap(({ name, requiredLatency }) =>
      [
        { share: 'p50', limit: requiredLatency.p50, measured: ratio(p50(name), p50(undefined)) },
        { share: 'p99', limit: requiredLatency.p99, measured: ratio(p99(name), p99(undefined)) },
      ].flatMap(({ share, limit, measured }) =>
        limit === undefined
          ? []
          : {
              name: `latency of ${name}, ${share} to plain`,
              bound: 'at most' as const,
              limit,
              unit: '×' as const,
              measured,
            },
      ),
    ),
  };
};
