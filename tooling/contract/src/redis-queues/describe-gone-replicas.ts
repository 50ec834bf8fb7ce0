import { TaskState } from '@a2a-js/sdk';
import { describe, expect, it, vi } from 'vitest';

import { beginTask } from '../queues/begin-task.ts';
import { condemnAll } from './condemn-all.ts';
import type { RedisQueueManagerSubject } from './subject.ts';
import { useReplicas } from './use-replicas.ts';

/** Declares the tests of tasks whose replica is gone. */
export function describeGoneReplicas(subject: RedisQueueManagerSubject): void {
  describe(`gone replicas with a ${subject.name}`, () => {
    const used = useReplicas(subject, 2, { failoverMs: 2000 });

    const stateOf = async (taskId: string): Promise<string | undefined> =>
      (await used.b.stored(taskId))?.state;

    /** Waits until the task has failed, and says in which state it is. */
    async function afterFailover(taskId: string): Promise<string | undefined> {
      await vi.waitUntil(async () => (await stateOf(taskId)) === 'failed', { timeout: 30_000 });
      return stateOf(taskId);
    }

    it('are noticed by one that has served no call yet', async () => {
      const { a } = used;
      const { execution } = await beginTask(a);
      a.client.destroy();
      expect(await afterFailover(execution.taskId)).toBe('failed');
    });

    it('that live after all tell their own clients of the end that others gave the task', async () => {
      const { a, b, prefix } = used;
      const { execution, stream } = await beginTask(a);
      execution.chunks(1);
      await stream.until(2);
      const other = b.resubscribe(execution.taskId);
      await other.until(1);
      // Condemned, it tells its executor, which returns before anybody has ended the task.
      await condemnAll(b.client, `${prefix}queues:{replicas}`);
      await execution.returned;
      expect(await stream.ended).toEqual(['task working 0', 'chunk 0', 'failed']);
      expect(await other.ended).toEqual(['task working 1', 'failed']);
      expect(await stateOf(execution.taskId)).toBe('failed');
      expect(a.executor.canceled).toEqual([execution.taskId]);
    });

    it('keep nobody waiting who asked for a cancel, also of a task that waits for its user', async () => {
      const { a, b } = used;
      a.executor.onCancel = async () => {};
      const { execution, stream } = await beginTask(a);
      execution.status(TaskState.TASK_STATE_INPUT_REQUIRED);
      await stream.until(2);
      const canceling = b.cancel(execution.taskId);
      // The executor is told, and does nothing about it.
      await vi.waitUntil(() => a.executor.canceled.length > 0, { timeout: 10_000 });
      a.client.destroy();
      expect((await canceling).status?.state).toBe(TaskState.TASK_STATE_CANCELED);
      expect(await stateOf(execution.taskId)).toBe('canceled');
    });

    it.each([...subject.taskKeys, 'record'])(
      'have their other tasks ended where the %s of one is damaged',
      async (what) => {
        const { a, b, prefix } = used;
        const taskIds: string[] = [];
        for (let count = 0; count < 5; count += 1) {
          const { execution } = await beginTask(a);
          taskIds.push(execution.taskId);
        }
        const [, , damaged = '', ...rest] = taskIds;
        await a.queues.flush();
        a.client.destroy();
        const record = `${prefix}tasks:{:unknown:${damaged}}`;
        const key = what === 'record' ? record : `${used.taskKey(damaged)}:${what}`;
        await b.client.set(key, 'damaged');
        for (const taskId of [...taskIds.slice(0, 2), ...rest]) {
          expect(await afterFailover(taskId)).toBe('failed');
        }
        await vi.waitUntil(() => b.errors.some((error) => textsOf(error).includes(damaged)));
      },
    );
  });
}

/** What an error says, to whomever. */
function textsOf(error: Error): string {
  return `${error.message} ${String(Reflect.get(error, 'detail'))}`;
}
