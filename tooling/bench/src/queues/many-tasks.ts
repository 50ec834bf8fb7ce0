import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { createRedisClient } from '@a2a-redis/core';

import type { Benchmark } from '../benchmark.ts';
import { progress } from '../progress.ts';
import { type Cell, figure } from '../report.ts';
import { ratio } from '../statistics.ts';
import { deleteKeys } from '../stores/redis.ts';
import { Listener } from './listener.ts';
import type { Report } from './listener-messages.ts';
import { percentile } from './percentile.ts';
import { QUEUE_KINDS } from './queue-kind.ts';
import { timedEvent } from './timed-event.ts';

/** How many events are published in one turn, whatever the number of tasks. */
const PER_TURN = 10;
/** Between two turns, in milliseconds. */
const TURN_MS = 10;

interface Measured extends Report {
  readonly queue: string;
  readonly tasks: number;
  readonly events: number;
  readonly publisherCpuMs: number;
  readonly publisherRssBytes: number;
}

/** A thousand tasks that stream at once over two replicas, against one task with as many events. */
export const manyTasksBenchmark: Benchmark = async ({ quick, url }) => {
  const tasks = quick ? 100 : 1000;
  const perTask = 10;
  const client = await createRedisClient({ url });
  const prefix = `bench:${randomUUID()}:`;
  await using listener = new Listener(url);
  const found: Measured[] = [];

  for (const kind of QUEUE_KINDS) {
    for (const count of [1, tasks, 1, tasks]) {
      progress(`many tasks: ${count}, ${kind.name}`);
      const scope = `${prefix}${randomUUID()}:`;
      const manager = kind.open(client, { prefix: scope });
      const taskIds = Array.from({ length: count }, (_, index) => `t${index}`);
      const buses = taskIds.map((taskId) => manager.createOrGetByTaskId(taskId));
      await listener.listen(kind.name, scope, taskIds);
      const publish = async (rounds: number): Promise<void> => {
        for (let index = 0; index < rounds * count; index += 1) {
          buses[index % count]?.publish(timedEvent(taskIds[index % count] ?? '', index));
          if (index % PER_TURN === PER_TURN - 1) await sleep(TURN_MS);
        }
      };
      const heard = listener.report(1);
      for (let isWarm = false; !isWarm;) {
        await publish(count === 1 ? 100 : 1);
        isWarm = await Promise.race([heard.then(() => true), sleep(50, false)]);
      }
      await manager.flush();
      await sleep(200);
      await listener.begin();
      const rounds = (perTask * tasks) / count;
      const startedCpu = process.cpuUsage();
      await publish(rounds);
      const report = await listener.report(rounds);
      const { user, system } = process.cpuUsage(startedCpu);
      found.push({
        ...report,
        queue: kind.name,
        tasks: count,
        events: rounds * count,
        publisherCpuMs: (user + system) / 1000,
        publisherRssBytes: process.memoryUsage.rss(),
      });
      await listener.leave();
      for (const bus of buses) bus.finished();
      await manager.close();
    }
  }
  await deleteKeys(client, prefix);
  await client.close();

  // The second run of each: the first warms up.
  const measured = found.filter((_, index) => index % 4 >= 2);
  const cpuPerEvent = (queue: string, count: number): number | undefined => {
    const each = measured.find((one) => one.queue === queue && one.tasks === count);
    if (each === undefined) return undefined;
    return ((each.publisherCpuMs + each.cpuMs) * 1000) / each.events;
  };
  return {
    title: 'Many tasks at once',
    notes: [
      `One process publishes ${PER_TURN} events every ${TURN_MS} ms or more, of 200 bytes, in turn over its tasks; another listens to all of them. Every listener hears every event, or the run does not end. The processor time is that of both processes.`,
    ],
    tables: [
      {
        caption: 'One task and many',
        columns: [
          'queue',
          'tasks',
          'events',
          'p50',
          'p99',
          'cpu per event',
          'RSS, publisher',
          'RSS, listener',
        ],
        rows: measured.map((each): Cell[] => [
          each.queue,
          figure(each.tasks, 'count'),
          figure(each.events, 'count'),
          figure(percentile(each.ages, 0.5), 'µs'),
          figure(percentile(each.ages, 0.99), 'µs'),
          figure(cpuPerEvent(each.queue, each.tasks), 'µs'),
          figure(each.publisherRssBytes, 'bytes'),
          figure(each.rssBytes, 'bytes'),
        ]),
      },
    ],
    requirements: QUEUE_KINDS.map(({ name }) => ({
      name: `processor time per event of ${name}, ${tasks} tasks to one`,
      bound: 'at most' as const,
      limit: 1.5,
      unit: '×' as const,
      measured: ratio(cpuPerEvent(name, tasks), cpuPerEvent(name, 1)),
    })),
  };
};
