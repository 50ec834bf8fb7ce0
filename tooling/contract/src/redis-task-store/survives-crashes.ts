import { TaskState } from '@a2a-js/sdk';
import { A2ARedisError } from '@a2a-redis/core';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { expect, it } from 'vitest';

import { listRequest } from '../task-store/fixtures.ts';
import { CONTEXT, loadTask, streamedTask, textsOf } from './fixtures.ts';
import type { RedisTaskStoreSubject } from './subject.ts';
import { dyingClient } from './watched-client.ts';

/** `saved`, or the code of the error. */
async function outcomeOf(saving: Promise<void>): Promise<unknown> {
  return saving.then(
    () => 'saved',
    (error: unknown) => (error instanceof A2ARedisError ? error.code : error),
  );
}

/** On a cluster a save is several calls: whatever ends it between them, lists show what is stored. */
export function survivesCrashes({ open, describeOnCluster }: RedisTaskStoreSubject): void {
  describeOnCluster('a process that dies between the writes of one save', (cluster) => {
    // A save that changes the status makes three calls: the mark, the record, the index.
    it.each([
      [0, []],
      [1, []],
      [2, [['t', 'first']]],
      [3, [['t', 'first']]],
    ])('leaves a new task readable and listed after %i calls: %j', async (calls, expected) => {
      const prefix = newPrefix();
      const dying = open(dyingClient(cluster.client, calls).client, { prefix, deadlineMs: 200 });
      const saving = dying.save(streamedTask('t', 'first'), CONTEXT);
      expect(await outcomeOf(saving)).toBe(calls === 3 ? 'saved' : 'DEADLINE_EXCEEDED');

      const store = open(cluster.client, { prefix });
      const listed = await store.list(listRequest({ includeArtifacts: true }), CONTEXT);
      expect(listed.tasks.map((task) => [task.id, ...textsOf(task)])).toEqual(expected);
      expect(listed.totalSize).toBe(expected.length);
      expect(textsOf(await store.load('t', CONTEXT))).toEqual(expected.flat().slice(1));
    });

    it.each([
      [0, TaskState.TASK_STATE_WORKING],
      [1, TaskState.TASK_STATE_WORKING],
      [2, TaskState.TASK_STATE_COMPLETED],
      [3, TaskState.TASK_STATE_COMPLETED],
    ])('leaves a changed status listed as it is stored after %i calls', async (calls, state) => {
      const prefix = newPrefix();
      const store = open(cluster.client, { prefix });
      await store.save(streamedTask('t', 'first'), CONTEXT);

      // One call more: it loads the task first.
      const dying = open(dyingClient(cluster.client, calls + 1).client, {
        prefix,
        deadlineMs: 200,
      });
      const task = await loadTask(dying, 't');
      if (task.status) task.status.state = TaskState.TASK_STATE_COMPLETED;
      const saving = dying.save(task, CONTEXT);
      expect(await outcomeOf(saving)).toBe(calls === 3 ? 'saved' : 'DEADLINE_EXCEEDED');

      const listed = async (status: TaskState): Promise<string[]> =>
        (await store.list(listRequest({ status, includeArtifacts: true }), CONTEXT)).tasks.map(
          ({ id }) => id,
        );
      const other =
        state === TaskState.TASK_STATE_WORKING
          ? TaskState.TASK_STATE_COMPLETED
          : TaskState.TASK_STATE_WORKING;
      expect(await listed(state)).toEqual(['t']);
      expect(await listed(other)).toEqual([]);
      expect((await store.load('t', CONTEXT))?.status?.state).toBe(state);
    });

    it('spreads tasks over the servers, and keeps a task and its index entry findable', async () => {
      const store = open(cluster.client, { prefix: newPrefix() });
      const ids = Array.from(
        { length: 60 },
        (_, index) => `task-${String(index).padStart(2, '0')}`,
      );
      await Promise.all(ids.map(async (id) => store.save(streamedTask(id, id), CONTEXT)));
      const sizes = await Promise.all(
        cluster.client.masters.map(async (master) =>
          (await cluster.client.nodeClient(master)).dbSize(),
        ),
      );
      expect(sizes.every((size) => size > 0)).toBe(true);
      const listed = await store.list(
        listRequest({ includeArtifacts: true, pageSize: 100 }),
        CONTEXT,
      );
      expect(listed.tasks.map(({ id }) => id)).toEqual(ids.toReversed());
      expect(listed.tasks.map((task) => textsOf(task)[0])).toEqual(ids.toReversed());
    });
  });
}
