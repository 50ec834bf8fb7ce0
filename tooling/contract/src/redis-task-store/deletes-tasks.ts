import type { BaseTaskStore } from '@a2a-redis/core/task-store';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { beforeEach, describe, expect, test } from 'vitest';

import { listRequest, taskOf } from '../task-store/fixtures.ts';
import {
  contentOf,
  CONTEXT,
  loadTask,
  OTHER_OWNER,
  streamedTask,
  text,
  textsOf,
} from './fixtures.ts';
import type { RedisTaskStoreSubject } from './subject.ts';

/** A deleted task leaves nothing behind, and is not found. */
export function deletesTasks({ open, describeOnServer }: RedisTaskStoreSubject): void {
  describeOnServer('deletions', (server) => {
    let prefix: string;
    let store: BaseTaskStore;

    beforeEach(() => {
      prefix = newPrefix();
      store = open(server.client, { prefix });
    });

    describe('delete', () => {
      test('that was cut off before the index leaves nothing that a list counts', async () => {
        for (const id of ['a', 'b']) await store.save(streamedTask(id), CONTEXT);
        // What stands in Redis when a process dies in the middle of the call.
        const mark = { score: Date.now(), value: 'writer:1 a' };
        await server.client.zAdd(`${prefix}{acme:ann}:pending`, mark);
        await server.client.del(`${prefix}{acme:ann:a}`);
        const { tasks, totalSize } = await store.list(listRequest({ pageSize: 1 }), CONTEXT);
        expect([tasks.map(({ id }) => id), totalSize]).toEqual([['b'], 1]);
      });

      test('leaves no mark behind', async () => {
        await store.save(streamedTask('t'), CONTEXT);
        await store.delete('t', CONTEXT);
        expect(await contentOf(server.client, prefix)).toEqual({});
      });

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
        for (const maker of [store, open(server.client, { prefix })]) {
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
        await open(server.client, { prefix }).delete('t', CONTEXT);
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
  });
}
