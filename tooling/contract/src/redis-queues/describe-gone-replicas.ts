import { TaskState } from '@a2a-js/sdk';
import type { RedisClient } from '@a2a-redis/core';
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
      'have their tasks ended where the %s of one is damaged',
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
        // A record stays as it is; what is damaged of the others is removed, and the task ended with them.
        const readable = what === 'record' ? [...taskIds.slice(0, 2), ...rest] : taskIds;
        for (const taskId of readable) expect(await afterFailover(taskId)).toBe('failed');
        await vi.waitUntil(() => b.errors.some((error) => textsOf(error).includes(damaged)));
      },
    );

    /** The key of what is noted of the replica that executes, and its name. */
    async function notesOf(client: RedisClient): Promise<{ notes: string; replica: string }> {
      const [notes = ''] = await client.keys(`${used.prefix}queues:{run:*}`);
      return { notes, replica: /run:(\w+)/.exec(notes)?.[1] ?? '' };
    }

    it('are forgotten, though some of what is noted of them is damaged', async () => {
      const { a, b, prefix } = used;
      const { execution } = await beginTask(a);
      const { notes, replica } = await notesOf(b.client);
      const note = JSON.stringify({ tenant: '', owner: 'unknown', taskId: 'x', contextId: 'c' });
      const damaged = {
        garbage: note,
        '0123456789ab-1': note,
        [`${replica}-a b`]: note,
        [`${replica}-zz`]: 'nonsense',
      };
      await b.client.hSet(notes, damaged);
      a.client.destroy();
      expect(await afterFailover(execution.taskId)).toBe('failed');
      const list = `${prefix}queues:{replicas}`;
      await vi.waitUntil(async () => Number(await b.client.zScore(list, replica)) < -1);
      expect(await b.client.exists(notes)).toBe(0);
      const told = b.errors.map((error) => String(Reflect.get(error, 'detail')));
      const expected = Object.keys(damaged).map(
        (run) =>
          `Key ${JSON.stringify(notes)} held what nothing here wrote, the note of run ${JSON.stringify(run)}: that was removed.`,
      );
      expect(told.toSorted()).toEqual(expected.toSorted());
    });

    it.each(['inf', '-inf', '9e15'])(
      'are found where the moment of their lease is %s',
      async (score) => {
        const { a, b, prefix } = used;
        const { execution } = await beginTask(a);
        const { replica } = await notesOf(b.client);
        a.client.destroy();
        await b.client.sendCommand(['ZADD', `${prefix}queues:{replicas}`, score, replica]);
        expect(await afterFailover(execution.taskId)).toBe('failed');
        expect(b.errors.map((error) => Reflect.get(error, 'code'))).toEqual(['CORRUPT_RECORD']);
      },
    );

    it.each(['run:', 'replicas'])(
      'and the list of %s: another type of value is removed',
      async (name) => {
        const { a, b, prefix } = used;
        const { execution, stream } = await beginTask(a);
        const { notes } = await notesOf(b.client);
        const key = name === 'replicas' ? `${prefix}queues:{replicas}` : notes;
        await b.client.del(key);
        await b.client.set(key, 'damaged');
        await vi.waitUntil(() =>
          [...a.errors, ...b.errors].some((error) => textsOf(error).includes(key)),
        );
        const { execution: second } = await beginTask(a);
        execution.complete();
        expect(await stream.ended).toEqual(['task working 0', 'completed']);
        const list = `${prefix}queues:{replicas}`;
        await vi.waitUntil(async () => (await b.client.zCard(list)) === 2);
        a.client.destroy();
        expect(await afterFailover(second.taskId)).toBe('failed');
        const codes = [...a.errors, ...b.errors].map((error) => Reflect.get(error, 'code'));
        expect(codes.filter((code) => code === 'CORRUPT_RECORD')).toEqual(['CORRUPT_RECORD']);
      },
    );
  });
}

/** What an error says, to whomever. */
function textsOf(error: Error): string {
  return `${error.message} ${String(Reflect.get(error, 'detail'))}`;
}
