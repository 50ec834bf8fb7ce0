import { type Task, TaskState } from '@a2a-js/sdk';
import type { TaskStore } from '@a2a-js/sdk/server';
import { describe, expect, test } from 'vitest';

import { CONTEXT, idsOf, listRequest, loadTask, statusAt, taskOf } from './fixtures.ts';
import type { TaskStoreSubject } from './subject.ts';

const { TASK_STATE_WORKING, TASK_STATE_COMPLETED, TASK_STATE_UNSPECIFIED } = TaskState;
const CONTEXT_IDS = ['one', 'two'];
const STATES = [TASK_STATE_WORKING, TASK_STATE_COMPLETED];

/** A task of each context and state at each of four moments. */
const TASKS = [0, 1, 2, 3].flatMap((timeMs) =>
  CONTEXT_IDS.flatMap((contextId) =>
    STATES.map((state) =>
      taskOf(`${timeMs}-${contextId}-${state}`, { contextId, status: statusAt(timeMs, state) }),
    ),
  ),
);

const timeless = (state: TaskState): Pick<Task, 'status'> => ({
  status: { ...statusAt(0, state), timestamp: undefined },
});

const COMBINATIONS = ['', ...CONTEXT_IDS, 'three'].flatMap((contextId) =>
  [TASK_STATE_UNSPECIFIED, ...STATES, TaskState.TASK_STATE_FAILED].flatMap((status) =>
    [undefined, -1, 0, 2, 3].map((afterMs) => ({ contextId, status, afterMs })),
  ),
);

/** Filters by context, state and time, alone and together. */
export function filtersLists({ makeStore }: TaskStoreSubject): void {
  const filled = async (): Promise<TaskStore> => {
    const store = await makeStore();
    for (const task of TASKS) await store.save(task, CONTEXT);
    return store;
  };

  describe('filters', () => {
    test(`each of ${COMBINATIONS.length} combinations finds what fits it`, async () => {
      const store = await filled();
      for (const { contextId, status, afterMs } of COMBINATIONS) {
        const expected = TASKS.filter(
          (task) =>
            (contextId === '' || task.contextId === contextId) &&
            (status === TASK_STATE_UNSPECIFIED || task.status?.state === status) &&
            (afterMs === undefined || (task.status?.timestamp ?? '') > timeOf(afterMs)),
        );
        const request = listRequest({
          contextId,
          status,
          statusTimestampAfter: afterMs === undefined ? undefined : timeOf(afterMs),
        });
        const { tasks, totalSize } = await store.list(request, CONTEXT);
        expect(new Set(tasks.map(({ id }) => id))).toEqual(new Set(expected.map(({ id }) => id)));
        expect(totalSize).toBe(expected.length);
      }
    });

    test('the time may have another form, and is met to the millisecond', async () => {
      const store = await filled();
      const found = { status: TASK_STATE_WORKING, contextId: 'one' };
      const id = `3-one-${TASK_STATE_WORKING}`;
      const ids = async (statusTimestampAfter: string): Promise<string[]> =>
        idsOf(store, { ...found, statusTimestampAfter });
      expect(await ids('2026-01-01T01:00:00.002+01:00')).toEqual([id]);
      expect(await ids('2026-01-01T00:00:00.003Z')).toEqual([]);
      expect(await ids('')).toHaveLength(4);
    });

    test('a task without a time is later than no time', async () => {
      const store = await makeStore();
      await store.save(taskOf('none', { status: undefined }), CONTEXT);
      await store.save(
        taskOf('no-time', { status: { ...statusAt(0), timestamp: undefined } }),
        CONTEXT,
      );
      const statusTimestampAfter = '0001-01-01T00:00:00.000Z';
      expect(await idsOf(store, { statusTimestampAfter })).toEqual([]);
      expect(await idsOf(store, { status: TASK_STATE_WORKING })).toEqual(['no-time']);
    });

    test('a task that changes is found by what it is now', async () => {
      const store = await filled();
      const task = await loadTask(store, `0-one-${TASK_STATE_WORKING}`);
      task.contextId = 'two';
      task.status = statusAt(9, TASK_STATE_COMPLETED);
      await store.save(task, CONTEXT);
      expect(await idsOf(store, { contextId: 'one', status: TASK_STATE_WORKING })).toEqual(
        [3, 2, 1].map((timeMs) => `${timeMs}-one-${TASK_STATE_WORKING}`),
      );
      expect(await idsOf(store, { contextId: 'two', status: TASK_STATE_COMPLETED })).toEqual([
        task.id,
        ...[3, 2, 1, 0].map((timeMs) => `${timeMs}-two-${TASK_STATE_COMPLETED}`),
      ]);
      expect(await idsOf(store, { statusTimestampAfter: timeOf(3) })).toEqual([task.id]);
    });

    test('a task is found under its context when only its state changed, and the reverse', async () => {
      const store = await makeStore();
      await store.save(taskOf('task', timeless(TASK_STATE_WORKING)), CONTEXT);
      await store.save(taskOf('task', timeless(TASK_STATE_COMPLETED)), CONTEXT);
      expect(await idsOf(store, { status: TASK_STATE_WORKING })).toEqual([]);
      expect(await idsOf(store, { status: TASK_STATE_COMPLETED })).toEqual(['task']);
      await store.save(
        taskOf('task', { ...timeless(TASK_STATE_COMPLETED), contextId: 'x' }),
        CONTEXT,
      );
      expect(await idsOf(store, { contextId: 'context' })).toEqual([]);
      expect(await idsOf(store, { contextId: 'x', status: TASK_STATE_COMPLETED })).toEqual([
        'task',
      ]);
    });
  });
}

function timeOf(timeMs: number): string {
  return statusAt(timeMs).timestamp ?? '';
}
