import { AgentEvent, type ExecutionEventBus } from '@a2a-js/sdk/server';
import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { RedisStreamsQueueManager } from '../src/redis-streams-queue-manager.ts';
import { CONTEXT, messageOf } from './replica.ts';

const TASKS = 2000;
const WAITING = { timeout: 60_000, interval: 200 };

// Thousands of tasks on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

let server: RedisServer;

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(async () => {
  await server.stop();
});

it(`two connections for each queue manager, with 1 and with ${TASKS} live tasks`, async () => {
  const [admin, ...clients] = await Promise.all([
    connect(server.url),
    connect(server.url),
    connect(server.url),
  ]);
  const prefix = newPrefix();
  const errors: Error[] = [];
  const onError = (error: Error): void => {
    errors.push(error);
  };
  const [a, b] = clients.map((client) => new RedisStreamsQueueManager(client, { prefix, onError }));
  if (a === undefined || b === undefined) throw new Error('no managers');
  // One is the test's own.
  const connections = async (): Promise<number> => (await admin.clientList()).length - 1;
  const heard = new Set<string>();
  /** Executes tasks on one manager and follows them on the other. */
  const run = async (taskIds: readonly string[]): Promise<void> => {
    const buses = new Map<string, ExecutionEventBus>();
    for (const taskId of taskIds) {
      buses.set(
        taskId,
        a.createOrGetByTaskId(taskId, CONTEXT).on('event', () => undefined),
      );
    }
    const all = heard.size + taskIds.length;
    await vi.waitUntil(async () => (await admin.keys(`${prefix}*:state`)).length === all, WAITING);
    for (const taskId of taskIds) {
      b.getByTaskId(taskId, CONTEXT).on('event', () => heard.add(taskId));
    }
    // Without a task store, a follower hears what is published once it knows where the log stands.
    await vi.waitUntil(() => {
      const unheard = [...buses].filter(([taskId]) => !heard.has(taskId));
      for (const [, bus] of unheard) bus.publish(AgentEvent.message(messageOf({})));
      return unheard.length === 0;
    }, WAITING);
  };

  await run(['first']);
  expect(await connections()).toBe(4);
  await run(Array.from({ length: TASKS - 1 }, (_, index) => `task-${index}`));
  expect(heard.size).toBe(TASKS);
  expect(await connections()).toBe(4);
  expect(errors).toEqual([]);
  await Promise.all([a.close(), b.close()]);
  // What the managers opened is closed; what they were given is not.
  await vi.waitUntil(async () => (await connections()) === 2, WAITING);
  for (const client of [admin, ...clients]) client.destroy();
});
