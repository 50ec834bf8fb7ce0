import { TaskState } from '@a2a-js/sdk';
import { describe, expect, it, vi } from 'vitest';

import { beginTask } from '../queues/begin-task.ts';
import type { Listener } from '../queues/listener.ts';
import { mergeSeen } from '../queues/merge-seen.ts';
import type { RedisQueueManagerSubject } from './subject.ts';
import { useReplicas } from './use-replicas.ts';

/** Declares the tests of calls that one replica answers of a task that another one executes. */
export function describeTwoReplicas(subject: RedisQueueManagerSubject): void {
  describe(`two replicas with a ${subject.name}:`, () => {
    const used = useReplicas(subject, 2);

    /** The state that Redis holds of a task. */
    async function stateOf(taskId: string): Promise<Readonly<Record<string, string>>> {
      return used.a.client.hGetAll(`${used.taskKey(taskId)}:state`);
    }

    it('resubscribe at any moment of a fast stream: no gap, nothing twice', async () => {
      const { a, b } = used;
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
      const { a, b } = used;
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
      const { a, b } = used;
      const { execution, stream } = await beginTask(a);
      execution.chunks(1);
      await stream.until(2);
      const canceled = await b.cancel(execution.taskId);
      expect(canceled.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
      expect([a.executor.canceled, b.executor.canceled]).toEqual([[execution.taskId], []]);
      expect(await stream.ended).toEqual(['task working 0', 'chunk 0', 'canceled']);
      expect([a.errors, b.errors]).toEqual([[], []]);
    });

    it('cancel on the other fails with what the executor says', async () => {
      const { a, b } = used;
      const { execution, stream } = await beginTask(a);
      const { taskId } = execution;
      a.executor.onCancel = async () => {
        throw new Error('Not now');
      };
      const canceling = b.cancel(taskId);
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
      const { a, b } = used;
      const { execution, stream } = await beginTask(a);
      const { taskId } = execution;
      execution.chunks(1).status(TaskState.TASK_STATE_INPUT_REQUIRED).return();
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
      const { a, b } = used;
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
      expect(kept).toHaveLength(8);
      const others = Object.keys(state).filter((field) => !kept.includes(field));
      expect(others.toSorted()).toEqual(subject.stateFields);
      expect([a.errors, b.errors]).toEqual([[], []]);
    });
  });
}

/** What executes a task. */
function runsOf(state: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(state).filter((field) => field.startsWith('r:'));
}
