import { describe, expect, test } from 'vitest';

import { CONTEXT, listRequest, loadTask, statusAt, taskOf } from './fixtures.ts';
import type { TaskStoreSubject } from './subject.ts';

/** What follows a page whose last task has moved since. */
export function continuesPages({ makeStore, capabilities }: TaskStoreSubject): void {
  const continues = capabilities.continuesPagesWhileTasksChange ?? false;

  describe('a page after a task that has moved to the front', () => {
    test(continues ? 'continues where that task was' : 'is empty', async () => {
      const store = await makeStore();
      for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) {
        await store.save(taskOf(id, { status: statusAt(index) }), CONTEXT);
      }
      const first = await store.list(listRequest({ pageSize: 2 }), CONTEXT);
      expect(first.tasks.map(({ id }) => id)).toEqual(['d', 'c']);

      const moved = await loadTask(store, 'c');
      moved.status = statusAt(100);
      await store.save(moved, CONTEXT);
      const second = await store.list(listRequest({ pageToken: first.nextPageToken }), CONTEXT);
      expect(second.tasks.map(({ id }) => id)).toEqual(continues ? ['b', 'a'] : []);
      expect(second.totalSize).toBe(4);
      expect(second.nextPageToken).toBe('');
    });
  });
}
