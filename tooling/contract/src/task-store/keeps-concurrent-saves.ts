import { describe, expect, test } from 'vitest';

import { CONTEXT, fullTaskOf, listRequest, statusAt, taskOf } from './fixtures.ts';
import type { TaskStoreSubject } from './subject.ts';

/** Calls that overlap are answered as if they came one after another. */
export function keepsConcurrentSaves({ makeStore }: TaskStoreSubject): void {
  describe('concurrent calls', () => {
    test('saves of different tasks are all kept', async () => {
      const store = await makeStore();
      const tasks = Array.from({ length: 100 }, (_, index) =>
        taskOf(`task-${index}`, { status: statusAt(1000 - index) }),
      );
      await Promise.all(tasks.map(async (task) => store.save(task, CONTEXT)));
      const page = await store.list(listRequest({ pageSize: 100 }), CONTEXT);
      expect(page.tasks).toEqual(tasks);
      expect(page.totalSize).toBe(100);
    });

    test('of saves of one task the last one stays', async () => {
      const store = await makeStore();
      const saves = Array.from({ length: 20 }, (_, index) =>
        taskOf('task', { status: statusAt(index), metadata: { [`key-${index}`]: index } }),
      );
      await Promise.all(saves.map(async (task) => store.save(task, CONTEXT)));
      expect(await store.load('task', CONTEXT)).toEqual(saves.at(-1));
      expect((await store.list(listRequest(), CONTEXT)).totalSize).toBe(1);
    });

    test('saves of one loaded object are made in their order', async () => {
      const store = await makeStore();
      await store.save(fullTaskOf('task'), CONTEXT);
      const task = await store.load('task', CONTEXT);
      if (task === undefined) throw new Error('There is no task.');
      const saves: Promise<void>[] = [];
      for (let count = 0; count < 10; count += 1) {
        task.metadata = { count };
        task.status = statusAt(count);
        saves.push(store.save(task, CONTEXT));
      }
      await Promise.all(saves);
      expect(await store.load('task', CONTEXT)).toEqual({
        ...fullTaskOf('task'),
        metadata: { count: 9 },
        status: statusAt(9),
      });
    });
  });
}
