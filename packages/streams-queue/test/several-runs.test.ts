import { randomUUID } from 'node:crypto';

import { TaskState } from '@a2a-js/sdk';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { beginTask, textsOf } from '@a2a-redis-internal/contract/queue-fixtures';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { CONTEXT, messageOf, Replica } from './replica.ts';

let server: RedisServer;
let prefix: string;
let replicas: Replica[];

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(async () => {
  await server.stop();
});
beforeEach(async () => {
  prefix = `${randomUUID()}:`;
  replicas = await Promise.all(
    Array.from({ length: 3 }, async () => Replica.start(server.url, prefix, { failoverMs: 3000 })),
  );
});
afterEach(async () => {
  await Promise.all(replicas.map(async (each) => each[Symbol.asyncDispose]()));
});

function three(): readonly [Replica, Replica, Replica] {
  const [a, b, c] = replicas;
  if (a === undefined || b === undefined || c === undefined) throw new Error('Fewer than three.');
  return [a, b, c];
}

async function storedTexts(replica: Replica, taskId: string): Promise<readonly string[]> {
  const task = await replica.tasks.load(taskId, CONTEXT);
  return textsOf((task?.artifacts ?? []).flatMap(({ parts }) => parts));
}

describe('a task that two replicas execute', () => {
  it('is told whole to a subscriber, though its stored events have holes', async () => {
    const [a, b, c] = three();
    const first = a.executor.next();
    const stream = a.stream();
    const execution = await first;
    execution.task();
    await stream.until(1);
    // More than are read back at once, and stored one by one.
    execution.chunks(600);
    await a.queues.flush();
    const second = b.executor.next();
    const followUp = b.stream({ taskId: execution.taskId });
    const other = await second;
    other.task();
    await followUp.until(1);
    // These are the newest, and stored long before those of the other replica.
    other.chunks(260, 'b');
    await followUp.until(261);

    const subscriber = c.resubscribe(execution.taskId);
    await subscriber.until(1);
    const held = Number(subscriber.seen[0]?.replace('task working ', ''));
    await vi.waitUntil(async () => (await storedTexts(c, execution.taskId)).length === 860, {
      timeout: 60_000,
    });
    execution.complete();
    other.return();
    const seen = await subscriber.ended;
    expect(seen).toHaveLength(1 + 860 - held + 1);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.at(-1)).toBe('completed');
    expect(c.errors).toEqual([]);
  });

  it('goes on for subscribers where one of the two has finished', async () => {
    const [a, b] = three();
    const first = a.executor.next();
    const stream = a.stream();
    const execution = await first;
    execution.task().chunks(1);
    await stream.until(2);
    const subscriber = b.resubscribe(execution.taskId);
    await subscriber.until(1);
    const second = b.executor.next();
    const message = messageOf({ taskId: execution.taskId });
    const request = { tenant: '', message, configuration: undefined, metadata: undefined };
    const followUp = b.handler.sendMessage(request, CONTEXT);
    const other = await second;
    other.chunks(1, 'b').return();
    await subscriber.until(2);
    await b.queues.flush();
    execution.chunks(2).complete();
    const end = ['chunk b0', 'chunk 1', 'chunk 2', 'completed'];
    expect(await stream.ended).toEqual(['task working 0', 'chunk 0', ...end]);
    expect(await subscriber.ended).toEqual(['task working 1', ...end]);
    expect(await followUp).toMatchObject({ id: execution.taskId });
  });
});

describe('one execution after another', () => {
  it('is not taken to be over when an earlier one returns late', async () => {
    const [a, b] = three();
    const first = a.executor.next();
    const stream = a.stream();
    const execution = await first;
    execution.task().status(TaskState.TASK_STATE_INPUT_REQUIRED);
    await stream.until(2);
    execution.bus.finished();
    await stream.ended;
    const second = a.executor.next();
    const followUp = a.stream({ taskId: execution.taskId });
    const next = await second;
    next.task().chunks(1);
    await followUp.until(2);
    execution.return();
    await new Promise(setImmediate);

    const request = { tenant: '', id: execution.taskId, metadata: undefined };
    const canceled = await b.handler.cancelTask(request, CONTEXT);
    expect(canceled.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
    expect([a.executor.canceled, b.executor.canceled]).toEqual([[execution.taskId], []]);
    expect((await followUp.ended).at(-1)).toBe('canceled');
  });

  it('is looked after by other replicas, also where it begins while the earlier one pauses', async () => {
    const [a, b] = three();
    const first = a.executor.next();
    const stream = a.stream();
    const execution = await first;
    execution.task().status(TaskState.TASK_STATE_INPUT_REQUIRED);
    await stream.ended;
    const keepsItOpen = a.resubscribe(execution.taskId);
    await keepsItOpen.until(1);
    const second = a.executor.next();
    const followUp = a.stream({ taskId: execution.taskId });
    // Its pause and the beginning of the next one cross.
    execution.return();
    const next = await second;
    next.task().chunks(1);
    await followUp.until(2);
    a.client.destroy();
    await vi.waitUntil(
      async () => {
        const task = await b.tasks.load(execution.taskId, CONTEXT);
        return task?.status?.state === TaskState.TASK_STATE_FAILED;
      },
      { timeout: 30_000, interval: 50 },
    );
    expect(await storedTexts(b, execution.taskId)).toEqual(['0']);
  });

  it('does not hide from drain and flush what is still to be sent', async () => {
    const [a] = three();
    const { execution, stream } = await beginTask(a);
    const admin = createClient({ url: server.url });
    await admin.connect();
    await admin.sendCommand(['CLIENT', 'PAUSE', '60000', 'WRITE']);
    execution.chunks(5).complete();
    // What a resubscribe does: it takes the place of a bus that is over.
    a.queues.getByTaskId(execution.taskId, CONTEXT);
    expect(await a.queues.drain(50)).toBe(false);
    await admin.sendCommand(['CLIENT', 'UNPAUSE']);
    admin.destroy();
    await stream.ended;
    expect(await a.queues.drain(30_000)).toBe(true);
  });
});
