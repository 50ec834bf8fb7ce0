import type { ListTasksRequest, ListTasksResponse } from '@a2a-js/sdk';
import { TaskState } from '@a2a-js/sdk';
import type { TaskStore } from '@a2a-js/sdk/server';
import { describe, expect, test } from 'vitest';

import { CONTEXT, contextOf, listRequest, statusAt, taskOf } from './fixtures.ts';
import type { TaskStoreSubject } from './subject.ts';

/** Pages follow one another without gaps or repetitions. */
export function pages({ makeStore }: TaskStoreSubject): void {
  const filled = async (count: number): Promise<TaskStore> => {
    const store = await makeStore();
    for (let index = 0; index < count; index += 1) {
      const state = index % 2 === 0 ? TaskState.TASK_STATE_WORKING : TaskState.TASK_STATE_FAILED;
      // Every third shares its time with another.
      const status = statusAt(index - (index % 3 === 2 ? 1 : 0), state);
      await store.save(taskOf(idAt(index), { status, contextId: `c-${index % 3}` }), CONTEXT);
    }
    return store;
  };

  describe('pages', () => {
    test.each([1, 2, 7, 24, 25, 26])(
      'of %i show each of 25 tasks once, in order',
      async (pageSize) => {
        const store = await filled(25);
        const whole = await store.list(listRequest({ pageSize: 100 }), CONTEXT);
        expect(whole.nextPageToken).toBe('');
        const shown = await allPages(store, { pageSize });
        expect(shown.map(({ tasks }) => tasks.length)).toEqual(
          Array.from({ length: Math.ceil(25 / pageSize) }, (_, page) =>
            Math.min(pageSize, 25 - page * pageSize),
          ),
        );
        expect(shown.flatMap(({ tasks }) => tasks)).toEqual(whole.tasks);
        expect(shown.map(({ totalSize }) => totalSize)).toEqual(shown.map(() => 25));
        expect(shown.map((page) => page.pageSize)).toEqual(shown.map(() => pageSize));
      },
    );

    test('of a filtered list show what fits', async () => {
      const store = await filled(25);
      const fields = {
        contextId: 'c-0',
        status: TaskState.TASK_STATE_WORKING,
        statusTimestampAfter: statusAt(5).timestamp,
      };
      const shown = await allPages(store, { ...fields, pageSize: 2 });
      expect(shown.map(({ tasks }) => tasks.map(({ id }) => id))).toEqual([
        [idAt(24), idAt(18)],
        [idAt(12), idAt(6)],
      ]);
      expect(shown.map(({ totalSize }) => totalSize)).toEqual([4, 4]);
    });

    test('can be of different sizes, and shown again', async () => {
      const store = await filled(10);
      const first = await store.list(listRequest({ pageSize: 3 }), CONTEXT);
      const request = listRequest({ pageSize: 4, pageToken: first.nextPageToken });
      const second = await store.list(request, CONTEXT);
      expect(second.tasks.map(({ id }) => id)).toEqual([6, 5, 4, 3].map(idAt));
      expect(await store.list(request, CONTEXT)).toEqual(second);
    });

    test('a task that is newer than the page does not change what follows', async () => {
      const store = await filled(6);
      const first = await store.list(listRequest({ pageSize: 3 }), CONTEXT);
      await store.save(taskOf('new', { status: statusAt(100) }), CONTEXT);
      const second = await store.list(listRequest({ pageToken: first.nextPageToken }), CONTEXT);
      expect(second.tasks.map(({ id }) => id)).toEqual([2, 1, 0].map(idAt));
      expect(second.totalSize).toBe(7);
    });

    test("of another scope are another scope's", async () => {
      const store = await filled(3);
      const other = contextOf({ tenant: 'other' });
      await store.save(taskOf('other'), other);
      expect(await store.list(listRequest({ pageSize: 1 }), other)).toEqual({
        tasks: [taskOf('other')],
        nextPageToken: '',
        pageSize: 1,
        totalSize: 1,
      });
    });
  });
}

async function allPages(
  store: TaskStore,
  fields: Partial<ListTasksRequest>,
): Promise<ListTasksResponse[]> {
  const shown: ListTasksResponse[] = [];
  for (let pageToken = ''; ;) {
    const page = await store.list(listRequest({ ...fields, pageToken }), CONTEXT);
    shown.push(page);
    pageToken = page.nextPageToken;
    if (pageToken === '') return shown;
  }
}

function idAt(index: number): string {
  return `task-${String(index).padStart(2, '0')}`;
}
