import { randomUUID } from 'node:crypto';

import { TaskState } from '@a2a-js/sdk';
import { beginTask, type Listener } from '@a2a-redis-internal/contract/queue-fixtures';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { keysOf } from './keys-of.ts';
import { mergeSeen } from './merge-seen.ts';
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
    Replica.start(server.url, prefix),
    Replica.start(server.url, prefix),
  ]);
});
afterEach(async () => {
  await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()]);
});

/** The state that Redis holds of a task. */
async function stateOf(taskId: string): Promise<Readonly<Record<string, string>>> {
  return a.client.hGetAll(`${prefix}queues:{:unknown:${taskId}}:state`);
}

describe('two replicas', () => {
  it('stream on one, resubscribe on the other: what came before in a snapshot, what comes later as events', async () => {
    const executing = a.executor.next();
    const stream = a.stream();
    const execution = await executing;
    execution.task().chunks(3);
    await stream.until(4);
    const other = b.resubscribe(execution.taskId);
    await other.until(1);
    // It may still be about to join: then this chunk comes with a fresh snapshot.
    execution.chunks(1);
    const [snapshot, next] = await other.until(2);
    execution.chunks(2).complete();
    expect(snapshot).toBe('task working 3');
    expect(['chunk 3', 'task working 4']).toContain(next);
    expect((await other.ended).slice(2)).toEqual(['chunk 4', 'chunk 5', 'completed']);
    expect(mergeSeen(await stream.ended)).toEqual({ parts: 6, state: 'completed' });
    expect([a.errors, b.errors]).toEqual([[], []]);
  });

  it('resubscribe at any moment of a fast stream: no gap, nothing twice', async () => {
    const { execution, stream } = await beginTask(a);
    const others = [];
    for (let round = 0; round < 40; round += 1) {
      execution.chunks(round % 7);
      others.push(b.resubscribe(execution.taskId), a.resubscribe(execution.taskId));
      if (round % 3 === 0) await others.at(-1)?.until(1);
      else await Promise.resolve();
    }
    await Promise.all(others.map(async (each) => each.until(1)));
    execution.complete();
    const all = mergeSeen(await stream.ended);
    expect(all).toEqual({ parts: 115, state: 'completed' });
    for (const other of others) expect(mergeSeen(await other.ended)).toEqual(all);
    expect([a.errors, b.errors]).toEqual([[], []]);
  });

  it('resubscribe ahead of the store: what was published before comes once it is stored', async () => {
    const { execution } = await beginTask(a);
    // The snapshot is loaded while the publisher still has hundreds of chunks to store.
    execution.chunks(500);
    const other = b.resubscribe(execution.taskId);
    await other.until(1);
    await other.until(2);
    execution.chunks(1).complete();
    expect(mergeSeen(await other.ended)).toEqual({ parts: 501, state: 'completed' });
    expect([a.errors, b.errors]).toEqual([[], []]);
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

  it('cancel on the other fails with what the executor says', async () => {
    const executing = a.executor.next();
    const stream = a.stream();
    const execution = await executing;
    const { taskId } = execution;
    execution.task();
    await stream.until(1);
    a.executor.onCancel = async () => {
      throw new Error('Not now');
    };
    const canceling = b.handler.cancelTask(
      { tenant: '', id: taskId, metadata: undefined },
      CONTEXT,
    );
    await expect(canceling).rejects.toThrow(
      expect.objectContaining({
        code: 'COMMAND_FAILED',
        message: `The executor on another replica could not cancel task "${taskId}": Not now`,
        cause: new Error('Not now'),
      }),
    );
    execution.complete();
    expect(await stream.ended).toEqual(['task working 0', 'completed']);
  });

  it('follow-up on the other: a subscriber on the first sees it to its end', async () => {
    const executing = a.executor.next();
    const stream = a.stream();
    const execution = await executing;
    const { taskId } = execution;
    execution.task().chunks(1).status(TaskState.TASK_STATE_INPUT_REQUIRED).return();
    expect(await stream.ended).toEqual(['task working 0', 'chunk 0', 'input-required']);
    await vi.waitUntil(async () => 'open' in Object(await stateOf(taskId)));
    const waiting = a.resubscribe(taskId);
    await waiting.until(1);
    const following = b.executor.next();
    const answer = b.stream({ taskId });
    const second = await following;
    second.task();
    await waiting.until(2);
    second.chunks(1, 'more').complete();
    expect(await answer.ended).toEqual(['task working 1', 'chunk more0', 'completed']);
    expect((await waiting.ended).slice(2)).toEqual(['chunk more0', 'completed']);
    expect(waiting.seen[0]).toBe('task input-required 1');
    expect([a.errors, b.errors]).toEqual([[], []]);
  });

  it('many follow-ups, on either: a bounded state, and subscribers that see what comes of each', async () => {
    let taskId = '';
    let subscribers: Listener[] = [];
    for (let round = 0; round < 12; round += 1) {
      const replica = round % 3 === 0 ? a : b;
      const executing = replica.executor.next();
      const stream = replica.stream({ taskId });
      const execution = await executing;
      ({ taskId } = execution);
      const chunk = `chunk ${round}-0`;
      execution.task().chunks(1, `${round}-`);
      execution.status(TaskState.TASK_STATE_INPUT_REQUIRED).return();
      expect((await stream.ended).slice(1)).toEqual([chunk, 'input-required']);
      for (const { ended } of subscribers) {
        expect((await ended).slice(2)).toEqual([chunk, 'input-required']);
      }
      await vi.waitUntil(async () => runsOf(await stateOf(taskId)).length === 0);
      subscribers = [a.resubscribe(taskId), b.resubscribe(taskId)];
      await Promise.all(subscribers.map(async (each) => each.until(1)));
    }
    const state = await stateOf(taskId);
    const kept = Object.keys(state).filter((field) => field.startsWith('c:'));
    expect(kept.toSorted()).toEqual(
      state['paused']
        ?.split(' ')
        .map((run) => `c:${run}`)
        .toSorted(),
    );
    expect([kept.length, Object.keys(state).length]).toEqual([8, 10]);
    expect([a.errors, b.errors]).toEqual([[], []]);
  });

  it('leave nothing behind but their leases', async () => {
    const executing = a.executor.next();
    const stream = a.stream();
    const execution = await executing;
    const { taskId } = execution;
    execution.task().chunks(2);
    await stream.until(3);
    await vi.waitUntil(async () => Object.keys(Object(await stateOf(taskId))).length === 2);
    // While it runs: who executes it, and how many events there were. No event. The user is "unknown".
    const [run = ''] = [...(await counters(taskId)).keys()];
    expect(await stateOf(taskId)).toEqual({ [`r:${run}`]: '', [`c:${run}`]: '3' });
    const replica = run.slice(0, run.lastIndexOf('-'));
    expect(await keysOf(a.client, `${prefix}queues:`)).toEqual([
      `${prefix}queues:{:unknown:${taskId}}:state`,
      `${prefix}queues:{replicas}`,
      `${prefix}queues:{run:${replica}}`,
    ]);
    await b.handler.cancelTask({ tenant: '', id: taskId, metadata: undefined }, CONTEXT);
    await stream.ended;
    const queue = await b.queues.createOrTap('direct');
    await queue.close();
    await vi.waitFor(async () => {
      expect(await keysOf(a.client, `${prefix}queues:`)).toEqual([`${prefix}queues:{replicas}`]);
    });
    await Promise.all([a.queues.close(), b.queues.close()]);
    expect(await keysOf(a.client, `${prefix}queues:`)).toEqual([]);
  });
});

async function counters(taskId: string): Promise<ReadonlyMap<string, string>> {
  const fields = Object.entries(Object(await stateOf(taskId)));
  const own = fields.filter(([field]) => field.startsWith('c:'));
  return new Map(own.map(([field, value]) => [field.slice(2), String(value)]));
}

/** What executes a task. */
function runsOf(state: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(state).filter((field) => field.startsWith('r:'));
}
