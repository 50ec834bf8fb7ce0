import { TaskState } from '@a2a-js/sdk';
import { describe, expect, test } from 'vitest';

import { artifactOf, CONTEXT, idsOf, loadTask, statusAt, taskOf } from './fixtures.ts';
import type { TaskStoreSubject } from './subject.ts';

const TERMINAL = [
  TaskState.TASK_STATE_COMPLETED,
  TaskState.TASK_STATE_FAILED,
  TaskState.TASK_STATE_CANCELED,
  TaskState.TASK_STATE_REJECTED,
];

/** Whether a task that was loaded in a terminal state can leave it. */
export function keepsTerminalStates({ makeStore, capabilities }: TaskStoreSubject): void {
  const keeps = capabilities.keepsTerminalStates ?? false;
  const artifacts = [artifactOf('late', ['text'])];

  describe(keeps ? 'a terminal state stays' : 'a terminal state is overwritten', () => {
    test.each(TERMINAL)('%s, when the loaded task is saved', async (state) => {
      const store = await makeStore();
      await store.save(taskOf('task', { status: statusAt(0, state) }), CONTEXT);
      const task = await loadTask(store, 'task');
      Object.assign(task, { status: statusAt(1), artifacts });
      await store.save(task, CONTEXT);
      const status = keeps ? statusAt(0, state) : statusAt(1);
      expect(await store.load('task', CONTEXT)).toEqual(taskOf('task', { status, artifacts }));
      expect(await idsOf(store, { status: TaskState.TASK_STATE_WORKING })).toEqual(
        keeps ? [] : ['task'],
      );
    });

    test.each(TERMINAL)('%s, when another object is saved after a load', async (state) => {
      const store = await makeStore();
      await store.save(taskOf('task', { status: statusAt(0, state) }), CONTEXT);
      await store.load('task', CONTEXT);
      await store.save(taskOf('task', { status: statusAt(1), artifacts }), CONTEXT);
      const status = keeps ? statusAt(0, state) : statusAt(1);
      expect(await store.load('task', CONTEXT)).toEqual(taskOf('task', { status, artifacts }));
    });

    test('of two terminal states, when the task was loaded before either', async () => {
      const store = await makeStore();
      const [first, second] = [
        statusAt(1, TaskState.TASK_STATE_CANCELED),
        statusAt(2, TaskState.TASK_STATE_COMPLETED),
      ];
      await store.save(taskOf('task'), CONTEXT);
      const [one, two] = [await loadTask(store, 'task'), await loadTask(store, 'task')];
      one.status = first;
      await store.save(one, CONTEXT);
      two.status = second;
      await store.save(two, CONTEXT);
      expect((await loadTask(store, 'task')).status).toEqual(
        capabilities.mergesLateWrites ? first : second,
      );
    });
  });

  describe('a terminal state', () => {
    test('can get a new message and time', async () => {
      const store = await makeStore();
      await store.save(taskOf('task', { status: statusAt(0, TERMINAL[0]) }), CONTEXT);
      const task = await loadTask(store, 'task');
      task.status = statusAt(5, TERMINAL[0]);
      await store.save(task, CONTEXT);
      expect((await loadTask(store, 'task')).status).toEqual(statusAt(5, TERMINAL[0]));
    });
  });
}
