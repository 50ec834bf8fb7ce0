import { TaskState } from '@a2a-js/sdk';
import { TaskNotFoundError } from '@a2a-js/sdk/errors';
import type { BaseTaskStore } from '@a2a-redis/core/task-store';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { beforeEach, expect, test } from 'vitest';

import { statusAt, taskOf } from '../task-store/fixtures.ts';
import { contentOf, CONTEXT, streamedTask, text, textsOf } from './fixtures.ts';
import type { RedisTaskStoreSubject } from './subject.ts';

const COMPLETED = statusAt(2, TaskState.TASK_STATE_COMPLETED);

/** An update is atomic, and takes no task out of a terminal state. */
export function updatesTasks({ open, describeOnServer }: RedisTaskStoreSubject): void {
  describeOnServer('updateTask', (server) => {
    let prefix: string;
    let store: BaseTaskStore;

    beforeEach(() => {
      prefix = newPrefix();
      store = open(server.client, { prefix });
    });

    test('writes what the update made of the task, and returns it', async () => {
      await store.save(streamedTask('t', 'one'), CONTEXT);
      const updated = await store.updateTask('t', CONTEXT, (task) => {
        task.artifacts[0]?.parts.push(text('two'));
        task.status = COMPLETED;
      });
      expect(updated).toEqual({ ...streamedTask('t', 'one', 'two'), status: COMPLETED });
      expect(await open(server.client, { prefix }).load('t', CONTEXT)).toEqual(updated);
    });

    test('takes another task that the update returns, also later', async () => {
      await store.save(streamedTask('t', 'one'), CONTEXT);
      const other = taskOf('t', { metadata: { other: true } });
      expect(await store.updateTask('t', CONTEXT, async () => Promise.resolve(other))).toEqual(
        other,
      );
      expect(await store.load('t', CONTEXT)).toEqual(other);
    });

    test('what it returns can be changed and saved as if it had been loaded', async () => {
      await store.save(streamedTask('t', 'one'), CONTEXT);
      const task = await store.updateTask(
        't',
        CONTEXT,
        (draft) => void (draft.metadata = { a: 1 }),
      );
      await open(server.client, { prefix }).updateTask('t', CONTEXT, (draft) => {
        draft.metadata = { ...draft.metadata, b: 2 };
      });
      task.artifacts[0]?.parts.push(text('two'));
      await store.save(task, CONTEXT);
      expect(await store.load('t', CONTEXT)).toEqual({
        ...streamedTask('t', 'one', 'two'),
        metadata: { a: 1, b: 2 },
      });
    });

    test('50 concurrent increments by two stores add up to 50', async () => {
      await store.save(taskOf('t', { metadata: { count: 0 } }), CONTEXT);
      const stores = [store, open(server.client, { prefix })];
      await Promise.all(
        Array.from({ length: 50 }, async (_, index) =>
          stores[index % 2]?.updateTask('t', CONTEXT, (task) => {
            task.metadata = { count: Number(task.metadata?.['count']) + 1 };
          }),
        ),
      );
      expect((await store.load('t', CONTEXT))?.metadata).toEqual({ count: 50 });
    });

    test('meets a concurrent save without losing either', async () => {
      await store.save(streamedTask('t', 'one'), CONTEXT);
      const other = open(server.client, { prefix });
      let calls = 0;
      await store.updateTask('t', CONTEXT, async (task) => {
        calls += 1;
        if (calls === 1) {
          const theirs = await other.load('t', CONTEXT);
          theirs?.artifacts[0]?.parts.push(text('theirs'));
          if (theirs) await other.save(theirs, CONTEXT);
        }
        task.artifacts[0]?.parts.push(text('mine'));
      });
      expect(calls).toBe(2);
      expect(textsOf(await store.load('t', CONTEXT))).toEqual(['one', 'theirs', 'mine']);
    });

    test('a task that is not there is not found', async () => {
      const update = store.updateTask('t', CONTEXT, () => {});
      await expect(update).rejects.toThrow(TaskNotFoundError);
      expect(await contentOf(server.client, prefix)).toEqual({});
    });

    test.each([
      ['another state', (): unknown => statusAt(3)],
      ['another terminal state', (): unknown => statusAt(3, TaskState.TASK_STATE_FAILED)],
      ['no status', (): unknown => undefined],
    ])('refuses to take a task out of its terminal state: %s', async (_name, status) => {
      await store.save(taskOf('t', { status: COMPLETED }), CONTEXT);
      const before = await contentOf(server.client, prefix);
      const update = store.updateTask(
        't',
        CONTEXT,
        (task) => void Object.assign(task, { status: status() }),
      );
      await expect(update).rejects.toMatchObject({
        name: 'A2ARedisError',
        code: 'TASK_TERMINAL',
        message: expect.stringContaining('"t"'),
      });
      expect(await contentOf(server.client, prefix)).toEqual(before);
    });

    test('refuses to change the id', async () => {
      await store.save(taskOf('t'), CONTEXT);
      const before = await contentOf(server.client, prefix);
      await expect(
        store.updateTask('t', CONTEXT, (task) => void (task.id = 'other')),
      ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      expect(await contentOf(server.client, prefix)).toEqual(before);
    });

    test("an error of the update is the caller's, and nothing is written", async () => {
      await store.save(taskOf('t'), CONTEXT);
      const before = await contentOf(server.client, prefix);
      const failure = new Error('mine');
      await expect(
        store.updateTask('t', CONTEXT, () => {
          throw failure;
        }),
      ).rejects.toBe(failure);
      expect(await contentOf(server.client, prefix)).toEqual(before);
    });
  });
}
