import { describe, expect, test } from 'vitest';

import { CONTEXT, idsOf, loadTask, statusAt, taskOf } from './fixtures.ts';
import type { TaskStoreSubject } from './subject.ts';

/** Lists begin with the task whose status is the newest. */
export function listsNewestFirst({ makeStore }: TaskStoreSubject): void {
  describe('order of lists', () => {
    test('an empty store lists nothing', async () => {
      const store = await makeStore();
      expect(await idsOf(store)).toEqual([]);
    });

    test('the newest status is first, whatever the order of the saves', async () => {
      const store = await makeStore();
      for (const timeMs of [3, 1, 4, 0, 5, 9, 2, 6]) {
        await store.save(taskOf(`at-${timeMs}`, { status: statusAt(timeMs) }), CONTEXT);
      }
      expect(await idsOf(store)).toEqual([9, 6, 5, 4, 3, 2, 1, 0].map((timeMs) => `at-${timeMs}`));
    });

    test('times from before 1970 to after 9999 sort as times', async () => {
      const store = await makeStore();
      const times = [
        '0001-01-01T00:00:00.000Z',
        '1969-12-31T23:59:59.999Z',
        '1970-01-01T00:00:00.000Z',
        '2001-09-09T01:46:39.999Z',
        '2001-09-09T01:46:40.000Z',
        '9999-12-31T23:59:59.999Z',
      ];
      for (const [index, timestamp] of times.entries()) {
        const status = { ...statusAt(0), timestamp };
        await store.save(taskOf(`task-${index}`, { status }), CONTEXT);
      }
      expect(await idsOf(store)).toEqual(times.map((_, index) => `task-${index}`).toReversed());
    });

    test('tasks without a status, or without a time, are last', async () => {
      const store = await makeStore();
      const timeless = { ...statusAt(0), timestamp: undefined };
      await store.save(taskOf('b', { status: undefined }), CONTEXT);
      await store.save(taskOf('a', { status: timeless }), CONTEXT);
      await store.save(taskOf('d', { status: statusAt(0) }), CONTEXT);
      await store.save(taskOf('c', { status: { ...timeless, timestamp: '' } }), CONTEXT);
      expect(await idsOf(store)).toEqual(['d', 'c', 'b', 'a']);
    });

    test('of equal times, the larger id is first', async () => {
      const store = await makeStore();
      for (const id of ['b', '10', 'a', '9', 'ab']) await store.save(taskOf(id), CONTEXT);
      expect(await idsOf(store)).toEqual(['b', 'ab', 'a', '9', '10']);
    });

    test('a task moves when its status time changes, and only then', async () => {
      const store = await makeStore();
      for (const [index, id] of ['a', 'b', 'c'].entries()) {
        await store.save(taskOf(id, { status: statusAt(index) }), CONTEXT);
      }
      const task = await loadTask(store, 'a');
      task.metadata = { changed: true };
      await store.save(task, CONTEXT);
      expect(await idsOf(store)).toEqual(['c', 'b', 'a']);
      task.status = statusAt(10);
      await store.save(task, CONTEXT);
      expect(await idsOf(store)).toEqual(['a', 'c', 'b']);
      task.status = statusAt(-10);
      await store.save(task, CONTEXT);
      expect(await idsOf(store)).toEqual(['c', 'b', 'a']);
    });
  });
}
