import { setTimeout as sleep } from 'node:timers/promises';

import { TaskState } from '@a2a-js/sdk';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import type { RedisClient } from '@a2a-redis/core';
import { describe, expect, it, vi } from 'vitest';

import { beginTask } from '../queues/begin-task.ts';
import type { Execution } from '../queues/driven-executor.ts';
import type { Listener } from '../queues/listener.ts';
import { useServer } from '../shared-server.ts';
import { codeOf, codesOf, outcomeOf } from './outcome-of.ts';
import { Replica } from './replica.ts';
import { withStoreOfAnotherClient } from './store-of-another-client.ts';
import type { RedisQueueManagerSubject } from './subject.ts';
import { untilStored } from './until-stored.ts';
import { type ReplicasInUse, useReplicas } from './use-replicas.ts';

const UNTIL_NOTICED = { timeout: 20_000, interval: 20 };

/** Declares the tests of a Redis that loses who executes a task, in whole or in part. */
export function describeLostRuns(subject: RedisQueueManagerSubject): void {
  describe(`what Redis knew of runs, and lost, with a ${subject.name}`, () => {
    declareTests(useReplicas(subject, 2, { failoverMs: 2000 }));
  });

  describe(`what Redis knew of runs, and lost, with a ${subject.name} and a store of another client`, () => {
    declareTests(useReplicas(withStoreOfAnotherClient(subject), 2, { failoverMs: 2000 }));
  });

  describe(`a Redis that is away for longer than a lease, and empty then, with a ${subject.name}`, () => {
    const used = useServer({ processControl: true });

    it('has nobody taken to be gone who lives, and each task ended when its replica dies later', async () => {
      const prefix = newPrefix();
      const open = async (): Promise<Replica> =>
        Replica.start(subject, used.url, prefix, { failoverMs: 4000 });
      await using a = await open();
      await using b = await open();
      const { execution, stream } = await beginTask(a);
      const { execution: second } = await beginTask(a);
      const other = b.resubscribe(execution.taskId);
      await other.until(1);
      execution.chunks(1);
      await stream.until(2);
      await a.queues.flush();
      await used.server.kill();
      await sleep(4500);
      await used.server.restart();
      // Both are back, and as many renewals later as it takes to find out who is gone.
      await untilKeys(b.client, `${prefix}queues:{run:*`, 1);
      await sleep(5000);
      execution.chunks(1).complete();
      second.chunks(1);
      expect(await stream.ended).toEqual(['task working 0', 'chunk 0', 'chunk 1', 'completed']);
      expect(await b.stored(execution.taskId)).toMatchObject({
        state: 'completed',
        parts: ['0', '1'],
      });
      expect([{ parts: 2, state: 'completed' }, 'EVENTS_LOST']).toContainEqual(
        await outcomeOf(other),
      );
      expect([a.executor.canceled, codesOf(a), codesOf(b)].flat()).not.toContain('RUN_ENDED');
      expect(a.executor.canceled).toEqual([]);
      a.client.destroy();
      await untilStored(b, second.taskId, 'failed');
    });
  });
}

function declareTests(used: ReplicasInUse): void {
  /** A task that is executed on the first replica, and of which both have heard. */
  async function begin(): Promise<{ readonly execution: Execution; readonly stream: Listener }> {
    const { a, b } = used;
    const begun = await beginTask(a);
    begun.execution.chunks(1);
    await begun.stream.until(2);
    await a.queues.flush();
    await vi.waitFor(async () => {
      expect((await b.stored(begun.execution.taskId))?.parts).toEqual(['0']);
    }, UNTIL_NOTICED);
    return begun;
  }

  const loseState = async (taskId: string): Promise<void> => {
    expect(await used.b.client.del(`${used.taskKey(taskId)}:state`)).toBe(1);
  };

  /** Waits until so many runs of a task are entered. */
  const untilEntered = async (taskId: string, count = 1): Promise<void> => {
    await vi.waitUntil(async () => {
      const fields = await used.b.client.hKeys(`${used.taskKey(taskId)}:state`);
      return fields.filter((field) => field.startsWith('r:')).length === count;
    }, UNTIL_NOTICED);
  };

  it.each([
    ['the notes of runs', '{run:*'],
    ['the list of replicas', '{replicas}'],
    ['all that it keeps', '*'],
  ])('%s is told again, and the task failed when its replica dies later', async (_, pattern) => {
    const { a, b } = used;
    const { execution } = await begin();
    expect(await deleteKeys(b.client, `${used.prefix}queues:${pattern}`)).toBeGreaterThan(0);
    const replicas = `${used.prefix}queues:{replicas}`;
    await vi.waitUntil(async () => (await b.client.zCard(replicas)) === 2, UNTIL_NOTICED);
    await untilKeys(b.client, `${used.prefix}queues:{run:*`, 1);
    await untilEntered(execution.taskId);
    expect((await b.stored(execution.taskId))?.state).toBe('working');
    a.client.destroy();
    await untilStored(b, execution.taskId, 'failed');
    expect(codesOf(b)).not.toContain('RUN_ENDED');
  });

  it('what has expired when the replica dies, of a task that was silent for so long, keeps nobody from failing it', async () => {
    const { a, b } = used;
    const { execution } = await begin();
    a.client.destroy();
    await loseState(execution.taskId);
    await untilStored(b, execution.taskId, 'failed');
    expect(codesOf(b)).not.toContain('RUN_ENDED');
  });

  it('who subscribes elsewhere waits for the executor to say so again', async () => {
    const { b } = used;
    const { execution, stream } = await begin();
    await loseState(execution.taskId);
    const other = b.resubscribe(execution.taskId);
    await other.until(1);
    await untilEntered(execution.taskId);
    execution.chunks(1).complete();
    expect(await stream.ended).toEqual(['task working 0', 'chunk 0', 'chunk 1', 'completed']);
    expect([{ parts: 2, state: 'completed' }, 'EVENTS_LOST']).toContainEqual(
      await outcomeOf(other),
    );
  });

  it('who subscribed elsewhere before is not told an end that there is not', async () => {
    const { b } = used;
    const { execution } = await begin();
    const other = b.resubscribe(execution.taskId);
    await other.until(1);
    await loseState(execution.taskId);
    await untilEntered(execution.taskId);
    execution.chunks(1).complete();
    expect([{ parts: 2, state: 'completed' }, 'EVENTS_LOST']).toContainEqual(
      await outcomeOf(other),
    );
  });

  it('a cancel elsewhere gets to the executor', async () => {
    const { a, b } = used;
    const { execution, stream } = await begin();
    await loseState(execution.taskId);
    const canceling = b.cancel(execution.taskId).then(({ status }) => status?.state, codeOf);
    expect((await stream.ended).at(-1)).toBe('canceled');
    expect(a.executor.canceled).toEqual([execution.taskId]);
    // By Streams, the log that began anew lacks what came before.
    expect([TaskState.TASK_STATE_CANCELED, 'EVENTS_LOST']).toContain(await canceling);
    await untilStored(b, execution.taskId, 'canceled');
  });

  it('a follow-up elsewhere is executed beside the run that goes on, as any', async () => {
    const { b } = used;
    const { execution } = await begin();
    await loseState(execution.taskId);
    const executing = b.executor.next();
    const followUp = b.stream({ taskId: execution.taskId });
    const second = await executing;
    await untilEntered(execution.taskId, 2);
    second.task().complete();
    expect((await followUp.ended).at(-1)).toBe('completed');
    // The first one is told that the task has come to its end.
    execution.chunks(1);
    await execution.returned;
  });

  it('a task that nobody executes is over all the same, and can be canceled', async () => {
    const { a, b } = used;
    const { execution } = await begin();
    execution.status(TaskState.TASK_STATE_INPUT_REQUIRED).return();
    await untilStored(b, execution.taskId, 'input-required');
    await a.queues.flush();
    await loseState(execution.taskId);
    expect(await b.resubscribe(execution.taskId).ended).toEqual(['task input-required 1']);
    const canceled = await b.cancel(execution.taskId);
    expect(canceled.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
  });
}

/** Deletes what matches; says how many keys that were. */
async function deleteKeys(client: RedisClient, pattern: string): Promise<number> {
  const keys = await keysOf(client, pattern);
  return keys.length === 0 ? 0 : client.del([...keys]);
}

async function untilKeys(client: RedisClient, pattern: string, count: number): Promise<void> {
  await vi.waitUntil(async () => (await keysOf(client, pattern)).length >= count, UNTIL_NOTICED);
}

async function keysOf(client: RedisClient, pattern: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const keys of client.scanIterator({ MATCH: pattern, COUNT: 1000 }))
    found.push(...keys);
  return found;
}
