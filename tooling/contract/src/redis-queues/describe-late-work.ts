import { TaskState } from '@a2a-js/sdk';
import { describe, expect, it } from 'vitest';

import { beginTask } from '../queues/begin-task.ts';
import type { Execution } from '../queues/driven-executor.ts';
import type { Listener } from '../queues/listener.ts';
import { CONTEXT, sendRequest } from '../queues/requests.ts';
import type { Replica } from './replica.ts';
import type { RedisQueueManagerSubject } from './subject.ts';
import { withStoreOfAnotherClient } from './store-of-another-client.ts';
import { untilStored } from './until-stored.ts';
import { type ReplicasInUse, useReplicas } from './use-replicas.ts';

const { TASK_STATE_AUTH_REQUIRED, TASK_STATE_INPUT_REQUIRED, TASK_STATE_WORKING } = TaskState;

/** Declares the tests of work that its client does not wait for, and that goes on when `execute` has returned. */
export function describeLateWork(subject: RedisQueueManagerSubject): void {
  describe(`work that goes on with a ${subject.name}`, () => {
    declareTests(useReplicas(subject, 2, { failoverMs: 2000 }));
  });

  describe(`work that goes on with a ${subject.name} and a store of another client`, () => {
    declareTests(useReplicas(withStoreOfAnotherClient(subject), 2, { failoverMs: 2000 }));
  });
}

/** Begins a task whose client leaves its stream after the first response. */
async function beginAndLeave({ executor, handler }: Replica): Promise<Execution> {
  const executing = executor.next();
  const responses = handler.sendMessageStream(sendRequest({}), CONTEXT);
  const first = responses.next();
  const execution = await executing;
  execution.task();
  await first;
  await responses.return();
  return execution;
}

function declareTests(used: ReplicasInUse): void {
  describe('a client that leaves its stream', () => {
    it('leaves a task that is executed to its end, and stored', async () => {
      const { a } = used;
      const execution = await beginAndLeave(a);
      execution.chunks(3).complete();
      await untilStored(a, execution.taskId, 'completed');
      expect((await a.stored(execution.taskId))?.parts).toEqual(['0', '1', '2']);
      expect(a.errors).toEqual([]);
    });
  });

  describe.each([
    ['auth-required', TASK_STATE_AUTH_REQUIRED],
    ['input-required', TASK_STATE_INPUT_REQUIRED],
  ] as const)('an executor that returned at %s and works on', (name, state) => {
    /** A task whose executor has returned, and works on; and who hears of it on the other replica. */
    async function beginLateWork(): Promise<{
      readonly execution: Execution;
      readonly stream: Listener;
      readonly other: Listener;
    }> {
      const { a, b } = used;
      const { execution, stream } = await beginTask(a);
      execution.status(state).return();
      await stream.until(2);
      await execution.returned;
      await a.queues.flush();
      await untilStored(b, execution.taskId, name);
      const other = b.resubscribe(execution.taskId);
      await other.until(1);
      execution.status(TASK_STATE_WORKING);
      // A fresh task may come in its place.
      await other.until(2);
      execution.chunks(1);
      await other.until(3);
      await untilStored(b, execution.taskId, 'working');
      return { execution, stream, other };
    }

    it('is heard and stored to its end', async () => {
      const { a, b } = used;
      const { execution, stream, other } = await beginLateWork();
      execution.chunks(1).status(TaskState.TASK_STATE_COMPLETED);
      const end = ['chunk 0', 'chunk 1', 'completed'];
      const seen = state === TASK_STATE_AUTH_REQUIRED ? ['working', ...end] : [];
      expect(await stream.ended).toEqual(['task working 0', name, ...seen]);
      const [first, working, ...rest] = await other.ended;
      expect([first, ...rest]).toEqual([`task ${name} 0`, ...end]);
      expect(['working', 'task working 0']).toContain(working);
      await untilStored(b, execution.taskId, 'completed');
      expect((await b.stored(execution.taskId))?.parts).toEqual(['0', '1']);
      expect(await a.queues.drain(30_000)).toBe(true);
      expect([a.errors, b.errors]).toEqual([[], []]);
    });

    it('is failed where its replica dies', async () => {
      const { a, b } = used;
      const { execution, other } = await beginLateWork();
      a.client.destroy();
      await untilStored(b, execution.taskId, 'failed');
      expect((await other.ended).at(-1)).toBe('failed');
    });

    it('is waited for by drain, and failed by close', async () => {
      const { a, b } = used;
      const { execution, other } = await beginLateWork();
      expect(await a.queues.drain(50)).toBe(false);
      await a.queues.close();
      await untilStored(b, execution.taskId, 'failed');
      expect((await other.ended).at(-1)).toBe('failed');
    });

    it('is canceled by a call on the other replica', async () => {
      const { a, b } = used;
      const { execution, other } = await beginLateWork();
      const canceled = await b.cancel(execution.taskId);
      expect(canceled.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
      expect([a.executor.canceled, b.executor.canceled]).toEqual([[execution.taskId], []]);
      expect((await other.ended).at(-1)).toBe('canceled');
    });

    it('is protected though its client has left before', async () => {
      const { a, b } = used;
      const execution = await beginAndLeave(a);
      execution.status(state).return();
      await untilStored(b, execution.taskId, name);
      expect(await a.queues.drain(30_000)).toBe(true);
      execution.status(TASK_STATE_WORKING).chunks(1);
      await untilStored(b, execution.taskId, 'working');
      expect(await a.queues.drain(50)).toBe(false);
      a.client.destroy();
      await untilStored(b, execution.taskId, 'failed');
    });

    it('rests again after a chunk that came late, and leaves its task to whoever answers', async () => {
      const { a, b } = used;
      const { execution, stream } = await beginTask(a);
      execution.status(state).return();
      await stream.until(2);
      await a.queues.flush();
      execution.chunks(1);
      expect(await a.queues.drain(30_000)).toBe(true);
      expect((await b.stored(execution.taskId))?.parts).toEqual(['0']);
      const executing = b.executor.next();
      const followUp = b.stream({ taskId: execution.taskId });
      const second = (await executing).task();
      await followUp.until(1);
      second.complete();
      expect((await followUp.ended).at(-1)).toBe('completed');
      expect(await a.queues.drain(30_000)).toBe(true);
      expect([a.errors, b.errors]).toEqual([[], []]);
    });

    it('is over once a follow-up on the other replica has ended the task', async () => {
      const { a, b } = used;
      const { execution } = await beginLateWork();
      const executing = b.executor.next();
      const followUp = b.stream({ taskId: execution.taskId });
      const second = (await executing).task();
      await followUp.until(1);
      second.complete();
      expect((await followUp.ended).at(-1)).toBe('completed');
      // It publishes nothing more by which it would learn of that.
      expect(await a.queues.drain(30_000)).toBe(true);
      expect((await b.stored(execution.taskId))?.state).toBe('completed');
    });

    it('may wait for its user again', async () => {
      const { a, b } = used;
      const { execution } = await beginLateWork();
      execution.status(state);
      await untilStored(b, execution.taskId, name);
      expect(await a.queues.drain(30_000)).toBe(true);
      a.client.destroy();
      // Nothing of it goes on: it is open to whoever answers.
      const executing = b.executor.next();
      const followUp = b.stream({ taskId: execution.taskId });
      (await executing).task().complete();
      expect((await followUp.ended).at(-1)).toBe('completed');
    });
  });
}
