import { randomUUID } from 'node:crypto';

import { TaskState } from '@a2a-js/sdk';
import { beginTask } from '@a2a-redis-internal/contract/queue-fixtures';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';

import { CONTEXT, Replica } from './replica.ts';

vi.setConfig({ testTimeout: 60_000 });

let server: RedisServer;
let prefix: string;
let a: Replica;
let b: Replica;

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(async () => {
  await server.stop();
});
beforeEach(async () => {
  prefix = `${randomUUID()}:`;
  [a, b] = await Promise.all([
    Replica.start(server.url, prefix, { failoverMs: 2000 }),
    Replica.start(server.url, prefix, { failoverMs: 2000 }),
  ]);
});
afterEach(async () => {
  await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()]);
});

const stateOf = async (taskId: string): Promise<TaskState | undefined> =>
  (await b.tasks.load(taskId, CONTEXT))?.status?.state;

/** Waits until the task has failed, and says in which state it is. */
async function afterFailover(taskId: string): Promise<TaskState | undefined> {
  const isFailed = async (): Promise<boolean> =>
    (await stateOf(taskId)) === TaskState.TASK_STATE_FAILED;
  await vi.waitUntil(isFailed, { timeout: 30_000 });
  return stateOf(taskId);
}

it('are noticed by one that has served no call yet', async () => {
  const { execution } = await beginTask(a);
  a.client.destroy();
  expect(await afterFailover(execution.taskId)).toBe(TaskState.TASK_STATE_FAILED);
});

it('that live after all tell their own clients of the end that others gave the task', async () => {
  const { execution, stream } = await beginTask(a);
  execution.chunks(1);
  await stream.until(2);
  const other = b.resubscribe(execution.taskId);
  await other.until(1);
  // No longer listed, it tells its executor, which returns before anybody has ended the task.
  await b.client.del(`${prefix}queues:{replicas}`);
  await execution.returned;
  expect(await stream.ended).toEqual(['task working 0', 'chunk 0', 'failed']);
  expect(await other.ended).toEqual(['task working 1', 'failed']);
  expect(await stateOf(execution.taskId)).toBe(TaskState.TASK_STATE_FAILED);
  expect(a.executor.canceled).toEqual([execution.taskId]);
});

it('keep nobody waiting who asked for a cancel, also of a task that waits for its user', async () => {
  a.executor.onCancel = async () => {};
  const executing = a.executor.next();
  const stream = a.stream();
  const execution = await executing;
  execution.task().status(TaskState.TASK_STATE_INPUT_REQUIRED);
  await stream.until(2);
  const request = { tenant: '', id: execution.taskId, metadata: undefined };
  const canceling = b.handler.cancelTask(request, CONTEXT);
  // The executor is told, and does nothing about it.
  await vi.waitUntil(() => a.executor.canceled.length > 0, { timeout: 10_000 });
  a.client.destroy();
  expect((await canceling).status?.state).toBe(TaskState.TASK_STATE_CANCELED);
  expect(await stateOf(execution.taskId)).toBe(TaskState.TASK_STATE_CANCELED);
});

it.each(['log', 'state', 'record'])(
  'have their other tasks ended where the %s of one is damaged',
  async (what) => {
    const taskIds: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      const { execution } = await beginTask(a);
      taskIds.push(execution.taskId);
    }
    const [, , damaged = '', ...rest] = taskIds;
    await a.queues.flush();
    a.client.destroy();
    const admin = createClient({ url: server.url });
    await admin.connect();
    const name = `{:unknown:${damaged}}`;
    const key = what === 'record' ? `${prefix}tasks:${name}` : `${prefix}queues:${name}:${what}`;
    await admin.set(key, 'damaged');
    admin.destroy();
    for (const taskId of [...taskIds.slice(0, 2), ...rest]) {
      expect(await afterFailover(taskId)).toBe(TaskState.TASK_STATE_FAILED);
    }
    await vi.waitUntil(() => b.errors.some(({ message }) => message.includes(damaged)));
  },
);
