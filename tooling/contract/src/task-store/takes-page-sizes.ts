import { describe, expect, test } from 'vitest';

import { CONTEXT, listRequest, statusAt, taskOf } from './fixtures.ts';
import type { TaskStoreSubject } from './subject.ts';

/** The page size, its default, and what is counted beside it. */
export function takesPageSizes({ makeStore }: TaskStoreSubject): void {
  describe('page size', () => {
    test('is 50 where a request names none', async () => {
      const store = await makeStore();
      for (let index = 0; index < 51; index += 1) {
        await store.save(taskOf(`task-${index}`, { status: statusAt(index) }), CONTEXT);
      }
      const page = await store.list(listRequest(), CONTEXT);
      expect(page.tasks).toHaveLength(50);
      expect(page.pageSize).toBe(50);
      expect(page.totalSize).toBe(51);
      expect(page.nextPageToken).not.toBe('');
    });

    test('can be larger than the list', async () => {
      const store = await makeStore();
      await store.save(taskOf('task'), CONTEXT);
      expect(await store.list(listRequest({ pageSize: 1000 }), CONTEXT)).toEqual({
        tasks: [taskOf('task')],
        nextPageToken: '',
        pageSize: 1000,
        totalSize: 1,
      });
    });

    test('of zero counts and shows nothing', async () => {
      const store = await makeStore();
      await store.save(taskOf('task'), CONTEXT);
      expect(await store.list(listRequest({ pageSize: 0 }), CONTEXT)).toEqual({
        tasks: [],
        nextPageToken: '',
        pageSize: 0,
        totalSize: 1,
      });
    });

    test('of an empty list is answered, too', async () => {
      const store = await makeStore();
      expect(await store.list(listRequest({ pageSize: 10 }), CONTEXT)).toEqual({
        tasks: [],
        nextPageToken: '',
        pageSize: 10,
        totalSize: 0,
      });
    });
  });
}
