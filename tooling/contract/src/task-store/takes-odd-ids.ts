import { describe, expect, test } from 'vitest';

import {
  CONTEXT,
  idsOf,
  listRequest,
  loadTask,
  ODD_TASK_IDS,
  statusAt,
  taskOf,
} from './fixtures.ts';
import type { TaskStoreSubject } from './subject.ts';

/** Each id names one task and each context id one context, whatever they look like. */
export function takesOddIds({ makeStore }: TaskStoreSubject): void {
  // Newest first, so that a list has the order of the ids.
  const tasks = ODD_TASK_IDS.map((id, index) =>
    taskOf(id, { status: statusAt(1000 - index), metadata: { index } }),
  );

  describe('odd ids', () => {
    test('name one task each', async () => {
      const store = await makeStore();
      for (const task of tasks) await store.save(task, CONTEXT);
      for (const task of tasks) expect(await store.load(task.id, CONTEXT)).toEqual(task);
      const { tasks: listed, totalSize } = await store.list(listRequest(), CONTEXT);
      expect(listed).toEqual(tasks);
      expect(totalSize).toBe(tasks.length);
    });

    test('can be changed, one task at a time', async () => {
      const store = await makeStore();
      for (const task of tasks) await store.save(task, CONTEXT);
      for (const { id } of tasks) {
        const task = await loadTask(store, id);
        task.metadata = { ...task.metadata, id };
        await store.save(task, CONTEXT);
      }
      for (const [index, { id }] of tasks.entries()) {
        expect((await loadTask(store, id)).metadata).toEqual({ index, id });
      }
    });

    test('can be paged through one by one', async () => {
      const store = await makeStore();
      for (const task of tasks) await store.save(task, CONTEXT);
      const seen: string[] = [];
      for (let pageToken = ''; ;) {
        const page = await store.list(listRequest({ pageSize: 1, pageToken }), CONTEXT);
        seen.push(...page.tasks.map(({ id }) => id));
        pageToken = page.nextPageToken;
        if (pageToken === '') break;
      }
      expect(seen).toEqual(ODD_TASK_IDS);
    });

    test('name one context each', async () => {
      const store = await makeStore();
      for (const [index, contextId] of ODD_TASK_IDS.entries()) {
        await store.save(taskOf(`task-${index}`, { contextId }), CONTEXT);
      }
      for (const [index, contextId] of ODD_TASK_IDS.entries()) {
        expect(await idsOf(store, { contextId })).toEqual([`task-${index}`]);
      }
    });
  });
}
