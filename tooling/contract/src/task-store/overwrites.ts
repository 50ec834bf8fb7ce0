import { describe, expect, test } from 'vitest';

import {
  artifactOf,
  CONTEXT,
  fullTaskOf,
  idsOf,
  loadTask,
  messageOf,
  statusAt,
  taskOf,
} from './fixtures.ts';
import type { TaskStoreSubject } from './subject.ts';

/** A save replaces the task as a whole: what the new one lacks is gone. */
export function overwrites({ makeStore }: TaskStoreSubject): void {
  describe('overwriting', () => {
    test('by a task that was made anew', async () => {
      const store = await makeStore();
      await store.save(fullTaskOf('task'), CONTEXT);
      await store.save(taskOf('task', { contextId: 'other', status: undefined }), CONTEXT);
      expect(await store.load('task', CONTEXT)).toEqual(
        taskOf('task', { contextId: 'other', status: undefined }),
      );
      expect(await idsOf(store, { contextId: 'context' })).toEqual([]);
      expect(await idsOf(store, { contextId: 'other' })).toEqual(['task']);
    });

    test('by a task that was made anew after a load', async () => {
      const store = await makeStore();
      await store.save(fullTaskOf('task'), CONTEXT);
      await store.load('task', CONTEXT);
      await store.save(taskOf('task'), CONTEXT);
      expect(await store.load('task', CONTEXT)).toEqual(taskOf('task'));
    });

    test('by a loaded task from which things were removed', async () => {
      const store = await makeStore();
      await store.save(fullTaskOf('task'), CONTEXT);
      const task = await loadTask(store, 'task');
      task.artifacts = [];
      task.history.pop();
      task.metadata = undefined;
      if (task.status) task.status.message = undefined;
      await store.save(task, CONTEXT);
      expect(await store.load('task', CONTEXT)).toEqual(taskOf('task'));
    });

    test('artifacts and parts are replaced, removed, moved and added again', async () => {
      const store = await makeStore();
      const versions = [
        [artifactOf('a', ['1', '2', '3']), artifactOf('b', ['1'])],
        [artifactOf('a', ['1', 'x'])],
        [artifactOf('b', []), artifactOf('a', ['1', 'x', '3']), artifactOf('c', ['1'])],
        [artifactOf('b', ['', ''])],
        [],
        [artifactOf('a', ['1'], { name: 'name' }), artifactOf('a', ['the same id'])],
        [artifactOf('a', ['1'], { description: 'text' }), artifactOf('', ['no id'])],
      ];
      await store.save(taskOf('task'), CONTEXT);
      for (const artifacts of versions) {
        const task = await loadTask(store, 'task');
        task.artifacts = structuredClone(artifacts);
        await store.save(task, CONTEXT);
        expect((await loadTask(store, 'task')).artifacts).toEqual(artifacts);
      }
    });

    test('history is replaced, cut and put in another order', async () => {
      const store = await makeStore();
      const versions = ['abc', 'ab', 'ba', 'xab', 'xxab', '', 'a'].map((ids) =>
        Array.from(ids, (id) => messageOf(id)),
      );
      await store.save(taskOf('task'), CONTEXT);
      for (const history of versions) {
        const task = await loadTask(store, 'task');
        task.history = structuredClone(history);
        await store.save(task, CONTEXT);
        expect((await loadTask(store, 'task')).history).toEqual(history);
      }
    });

    test('a save of the same content leaves the task as it is', async () => {
      const store = await makeStore();
      await store.save(fullTaskOf('task'), CONTEXT);
      await store.save(fullTaskOf('task'), CONTEXT);
      await store.save(await loadTask(store, 'task'), CONTEXT);
      expect(await store.load('task', CONTEXT)).toEqual(fullTaskOf('task'));
      expect(await idsOf(store)).toEqual(['task']);
    });

    test('a status goes back in time, and goes away', async () => {
      const store = await makeStore();
      for (const status of [statusAt(5), statusAt(1), undefined, statusAt(2)]) {
        await store.save(taskOf('task', { status }), CONTEXT);
        expect((await loadTask(store, 'task')).status).toEqual(status);
        expect(await idsOf(store)).toEqual(['task']);
      }
    });
  });
}
