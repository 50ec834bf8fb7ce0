import { randomUUID } from 'node:crypto';

import { TaskState } from '@a2a-js/sdk';
import { beginTask } from '@a2a-redis-internal/contract/queue-fixtures';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { ScriptRunner } from '@a2a-redis/core/kernel';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { StreamLog } from '../src/stream-log.ts';
import { CONTEXT, Replica } from './replica.ts';

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

describe('two replicas', () => {
  it('stream on one, resubscribe on the other: the snapshot and every later event', async () => {
    const executing = a.executor.next();
    const stream = a.stream();
    const execution = await executing;
    execution.task().chunks(3);
    await stream.until(4);
    const other = b.resubscribe(execution.taskId);
    await other.until(1);
    execution.chunks(2).complete();
    expect(await stream.ended).toEqual([
      'task working 0',
      'chunk 0',
      'chunk 1',
      'chunk 2',
      'chunk 3',
      'chunk 4',
      'completed',
    ]);
    expect(await other.ended).toEqual(['task working 3', 'chunk 3', 'chunk 4', 'completed']);
    expect([a.errors, b.errors]).toEqual([[], []]);
  });

  it('an event that cannot be read ends who listens with an error', async () => {
    const { execution, stream } = await beginTask(a);
    const other = b.resubscribe(execution.taskId);
    await other.until(1);
    execution.chunks(1);
    await other.until(2);
    const name = `:unknown:${execution.taskId}`;
    const base = `${prefix}queues:{${name}}`;
    const task = {
      scope: { tenant: '', owner: 'unknown' },
      taskId: execution.taskId,
      name,
      state: `${base}:state`,
      log: `${base}:log`,
      channel: `${base}:events`,
    };
    const limits = { maxEventsPerTask: 10, maxMessageBytes: 1000 };
    const kept = { retentionSeconds: 30, endedRetentionSeconds: 10 };
    const log = new StreamLog(new ScriptRunner(a.client), 'PUBLISH', { ...limits, ...kept });
    const bodies = ['a{"artifact":{"parts":[null]}}'];
    await log.append(task, { publisher: 'x-1', firstCounter: 1, bodies });
    await expect(other.ended).rejects.toThrow('was lost to a subscriber: it cannot be read');
    const cause = expect.objectContaining({
      code: 'CORRUPT_RECORD',
      message: `Event 1 of run x-1 in "${task.log}" cannot be read.`,
    });
    expect(b.errors).toEqual([expect.objectContaining({ code: 'EVENTS_LOST', cause })]);
    execution.complete();
    await stream.ended;
  });

  it('cancel on the other reaches the executor', async () => {
    const executing = a.executor.next();
    const stream = a.stream();
    const execution = await executing;
    execution.task().chunks(1);
    await stream.until(2);
    const canceled = await b.handler.cancelTask(
      { tenant: '', id: execution.taskId, metadata: undefined },
      CONTEXT,
    );
    expect(canceled.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
    expect([a.executor.canceled, b.executor.canceled]).toEqual([[execution.taskId], []]);
    expect(await stream.ended).toEqual(['task working 0', 'chunk 0', 'canceled']);
    expect([a.errors, b.errors]).toEqual([[], []]);
  });
});
