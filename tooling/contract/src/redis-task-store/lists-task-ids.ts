import type { BaseTaskStore } from '@a2a-redis/core/task-store';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { beforeEach, expect, test } from 'vitest';

import { statusAt, taskOf } from '../task-store/fixtures.ts';
import { contentOf, CONTEXT, OTHER_OWNER } from './fixtures.ts';
import type { RedisTaskStoreSubject } from './subject.ts';

/** All ids of a scope are had, however many there are. */
export function listsTaskIds({ open, describeOnServer }: RedisTaskStoreSubject): void {
  describeOnServer('listTaskIds', (server) => {
    let prefix: string;
    let store: BaseTaskStore;

    beforeEach(() => {
      prefix = newPrefix();
      store = open(server.client, { prefix });
    });

    const idsOf = async (context = CONTEXT): Promise<string[]> => {
      const ids: string[] = [];
      for await (const id of store.listTaskIds(context)) ids.push(id);
      return ids;
    };

    test('of a scope without tasks are none', async () => {
      await store.save(taskOf('t'), CONTEXT);
      expect(await idsOf(OTHER_OWNER)).toEqual([]);
    });

    test('1,200 ids come newest status first, ties by id', async () => {
      const tasks = Array.from({ length: 1200 }, (_, index) =>
        taskOf(`id-${String(index).padStart(4, '0')}`, { status: statusAt(Math.floor(index / 3)) }),
      );
      await Promise.all(tasks.map(async (task) => store.save(task, CONTEXT)));
      expect(await idsOf()).toEqual(tasks.map(({ id }) => id).toReversed());
    });

    test.each([499, 500, 501, 1000])('%i ids come once each', async (count) => {
      const ids = Array.from({ length: count }, (_, index) => `id-${index}`);
      await Promise.all(ids.map(async (id) => store.save(taskOf(id), CONTEXT)));
      expect((await idsOf()).toSorted()).toEqual(ids.toSorted());
    });

    test('a task that is deleted meanwhile is not shown, and costs no other its place', async () => {
      for (const [index, id] of ['a', 'b', 'c'].entries()) {
        await store.save(taskOf(id, { status: statusAt(index) }), CONTEXT);
      }
      const seen: string[] = [];
      for await (const id of store.listTaskIds(CONTEXT)) {
        seen.push(id);
        await store.delete(id, CONTEXT);
      }
      expect(seen).toEqual(['c', 'b', 'a']);
      expect(await contentOf(server.client, prefix)).toEqual({});
    });
  });
}
