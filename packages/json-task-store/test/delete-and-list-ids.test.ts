import { newPrefix } from '@a2a-redis-internal/redis-clients';
import {
  contentOf,
  CONTEXT,
  loadTask,
  streamedTask,
  text,
  textsOf,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { listRequest, statusAt, taskOf } from '@a2a-redis-internal/contract/task-fixtures';
import { ServerCallContext } from '@a2a-js/sdk/server';
import { beforeEach, describe, expect, test } from 'vitest';

import { RedisJSONTaskStore } from '../src/index.ts';
import { describeWithJson } from './servers.ts';

describeWithJson('deletions and ids', (server) => {
  const OTHER_OWNER = new ServerCallContext({
    tenant: 'acme',
    user: { isAuthenticated: true, userName: 'bob' },
  });

  let prefix: string;
  let store: RedisJSONTaskStore;

  beforeEach(() => {
    prefix = newPrefix();
    store = new RedisJSONTaskStore(server.client, { prefix });
  });

  describe('delete', () => {
    test('removes the record and its place in every index, and says whether it did', async () => {
      await store.save(streamedTask('t', 'one'), CONTEXT);
      await store.save(taskOf('kept'), CONTEXT);
      expect(await store.delete('t', CONTEXT)).toBe(true);
      expect(await store.delete('t', CONTEXT)).toBe(false);
      expect(await store.load('t', CONTEXT)).toBeUndefined();
      const page = await store.list(listRequest(), CONTEXT);
      expect([page.tasks.map(({ id }) => id), page.totalSize]).toEqual([['kept'], 1]);
      await store.delete('kept', CONTEXT);
      expect(await contentOf(server.client, prefix)).toEqual({});
    });

    test('reaches no task of another owner', async () => {
      await store.save(taskOf('t'), CONTEXT);
      expect(await store.delete('t', OTHER_OWNER)).toBe(false);
      expect(await store.load('t', CONTEXT)).toEqual(taskOf('t'));
    });

    test('a task can be made anew, by the store that deleted it and by another', async () => {
      for (const maker of [store, new RedisJSONTaskStore(server.client, { prefix })]) {
        await store.save(streamedTask('t', 'old'), CONTEXT);
        await maker.load('t', CONTEXT);
        await store.delete('t', CONTEXT);
        await maker.save(streamedTask('t', 'new'), CONTEXT);
        expect(textsOf(await store.load('t', CONTEXT))).toEqual(['new']);
        expect(textsOf(await maker.load('t', CONTEXT))).toEqual(['new']);
      }
    });

    test('a loaded task that is saved after it was deleted is there again, whole', async () => {
      await store.save(streamedTask('t', 'one'), CONTEXT);
      const task = await loadTask(store, 't');
      await new RedisJSONTaskStore(server.client, { prefix }).delete('t', CONTEXT);
      task.artifacts[0]?.parts.push(text('two'));
      await store.save(task, CONTEXT);
      expect(await store.load('t', CONTEXT)).toEqual(streamedTask('t', 'one', 'two'));
      expect((await store.list(listRequest(), CONTEXT)).totalSize).toBe(1);
    });
  });

  describe('taskExists', () => {
    test('tells whether the caller has a task of that id', async () => {
      await store.save(taskOf('t'), CONTEXT);
      expect(await store.taskExists('t', CONTEXT)).toBe(true);
      expect(await store.taskExists('t', OTHER_OWNER)).toBe(false);
      expect(await store.taskExists('other', CONTEXT)).toBe(false);
      await store.delete('t', CONTEXT);
      expect(await store.taskExists('t', CONTEXT)).toBe(false);
    });
  });

  describe('listTaskIds', () => {
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
});
