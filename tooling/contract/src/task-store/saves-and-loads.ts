import { describe, expect, test } from 'vitest';

import { CONTEXT, fullTaskOf, loadTask, messageOf, statusAt, taskOf } from './fixtures.ts';
import type { TaskStoreSubject } from './subject.ts';

/** What was saved is loaded; what was not is not there. */
export function savesAndLoads({ makeStore }: TaskStoreSubject): void {
  describe('save and load', () => {
    test('a task that was never saved is not there', async () => {
      const store = await makeStore();
      expect(await store.load('task', CONTEXT)).toBeUndefined();
    });

    test('a saved task is loaded, again and again', async () => {
      const store = await makeStore();
      await store.save(fullTaskOf('task'), CONTEXT);
      expect(await store.load('task', CONTEXT)).toEqual(fullTaskOf('task'));
      expect(await store.load('task', CONTEXT)).toEqual(fullTaskOf('task'));
      expect(await store.load('other', CONTEXT)).toBeUndefined();
    });

    test('a task is there after a load that did not find it', async () => {
      const store = await makeStore();
      expect(await store.load('task', CONTEXT)).toBeUndefined();
      await store.save(taskOf('task'), CONTEXT);
      expect(await store.load('task', CONTEXT)).toEqual(taskOf('task'));
    });

    test('a loaded task that is changed and saved is loaded with the change', async () => {
      const store = await makeStore();
      await store.save(fullTaskOf('task'), CONTEXT);
      const task = await loadTask(store, 'task');
      task.status = statusAt(1);
      task.history.push(messageOf('m-2'));
      await store.save(task, CONTEXT);
      expect(await store.load('task', CONTEXT)).toEqual({
        ...fullTaskOf('task'),
        status: statusAt(1),
        history: [...fullTaskOf('task').history, messageOf('m-2')],
      });
    });

    test('one loaded task can be changed and saved many times', async () => {
      const store = await makeStore();
      await store.save(taskOf('task'), CONTEXT);
      const task = await loadTask(store, 'task');
      for (let count = 1; count <= 5; count += 1) {
        task.metadata = { ...task.metadata, [`key-${count}`]: count };
        await store.save(task, CONTEXT);
      }
      expect((await loadTask(store, 'task')).metadata).toEqual({
        'key-1': 1,
        'key-2': 2,
        'key-3': 3,
        'key-4': 4,
        'key-5': 5,
      });
    });

    test('a loaded task that gets another id is another task', async () => {
      const store = await makeStore();
      await store.save(fullTaskOf('task'), CONTEXT);
      const task = await loadTask(store, 'task');
      task.id = 'other';
      await store.save(task, CONTEXT);
      expect(await store.load('other', CONTEXT)).toEqual(fullTaskOf('other'));
      expect(await store.load('task', CONTEXT)).toEqual(fullTaskOf('task'));
    });
  });
}
