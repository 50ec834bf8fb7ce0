/** Listens in a process of its own, as another replica does. Started by `listener.ts`. */
import { createRedisClient } from '@a2a-redis/core';

import type { Answer, Command, Report } from './listener-messages.ts';
import { queueKind } from './queue-kind.ts';
import { ageOf, eventOf } from './timed-event.ts';

const [, , url = ''] = process.argv;
const client = await createRedisClient({ url });
const subscriber = client.duplicate();
subscriber.on('error', console.error);
await subscriber.connect();

let ages: number[] = [];
let heard = new Map<string, number>();
let startedCpu = process.cpuUsage();
let check: (() => void) | undefined;
let leave: () => Promise<void> = async () => {};

function hear(taskId: string, ageUs: number): void {
  ages.push(ageUs);
  heard.set(taskId, (heard.get(taskId) ?? 0) + 1);
  check?.();
}

async function listen({
  queue,
  prefix,
  taskIds,
}: Extract<Command, { do: 'listen' }>): Promise<void> {
  heard = new Map(taskIds.map((taskId) => [taskId, 0]));
  if (queue === undefined) {
    for (const taskId of taskIds) {
      await subscriber.subscribe(`${prefix}${taskId}`, (message) => {
        hear(taskId, ageOf(eventOf(message)));
      });
    }
    leave = async () => {
      await subscriber.unsubscribe();
    };
    return;
  }
  const manager = queueKind(queue).open(client, { prefix });
  for (const taskId of taskIds) {
    manager.getByTaskId(taskId).on('event', (event) => {
      hear(taskId, ageOf(event));
    });
  }
  leave = async () => manager.close();
}

async function report(perTask: number): Promise<Report> {
  await new Promise<void>((resolve) => {
    check = () => {
      if (ages.length < perTask * heard.size) return;
      if ([...heard.values()].every((count) => count >= perTask)) resolve();
    };
    check();
  });
  check = undefined;
  const { user, system } = process.cpuUsage(startedCpu);
  return {
    ages,
    fewest: Math.min(...heard.values()),
    cpuMs: (user + system) / 1000,
    rssBytes: process.memoryUsage.rss(),
  };
}

async function obey(command: Command): Promise<Answer> {
  switch (command.do) {
    case 'listen':
      await listen(command);
      return { did: 'listen' };
    case 'begin':
      ages = [];
      heard = new Map([...heard.keys()].map((taskId) => [taskId, 0]));
      startedCpu = process.cpuUsage();
      return { did: 'begin' };
    case 'report':
      return { did: 'report', report: await report(command.perTask) };
    case 'leave':
    default:
      await leave();
      return { did: 'leave' };
  }
}

process.on('message', (command: Command) => {
  obey(command).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
