import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { expect, test } from 'vitest';

import { append, CONTEXT, loadTask, streamedTask, text, textsOf } from './fixtures.ts';
import type { RedisTaskStoreSubject } from './subject.ts';

/** A copy of a task that was loaded is saved as a change of what was loaded, too. */
export function takesCopies({ open, describeOnServer }: RedisTaskStoreSubject): void {
  describeOnServer('copies', (server) => {
    test('a copy of a task that was loaded and saved may lack what that had', async () => {
      const store = open(server.client, { prefix: newPrefix() });
      await store.save({ ...streamedTask('t'), metadata: { kept: 1 } }, CONTEXT);
      const task = await loadTask(store, 't');
      task.metadata = { kept: 1, added: 2 };
      await store.save(task, CONTEXT);
      await store.save({ ...structuredClone(task), metadata: { added: 3 } }, CONTEXT);
      expect((await loadTask(store, 't')).metadata).toEqual({ added: 3 });
    });

    test('a copy that was made before a save does not take back what that brought', async () => {
      const store = open(server.client, { prefix: newPrefix() });
      await store.save(streamedTask('t', '0'), CONTEXT);
      const task = await loadTask(store, 't');
      const copy = structuredClone(task);
      task.artifacts[0]?.parts.push(text('of the task'));
      task.metadata = { task: 1 };
      await store.save(task, CONTEXT);
      copy.artifacts[0]?.parts.push(text('of the copy'));
      copy.metadata = { copy: 1 };
      await store.save(copy, CONTEXT);
      const stored = await loadTask(store, 't');
      expect([textsOf(stored), stored.metadata]).toEqual([
        ['0', 'of the task', 'of the copy'],
        { task: 1, copy: 1 },
      ]);
    });

    test('a copy that is saved where its origin was not remembered brings no part twice', async () => {
      const prefix = newPrefix();
      const forgetful = open(server.client, { prefix, cacheMaxBytes: 1 });
      const other = open(server.client, { prefix });
      await other.save(streamedTask('t', '0', '1'), CONTEXT);
      const copy = structuredClone(await loadTask(forgetful, 't'));
      await append(other, ['theirs']);
      copy.artifacts[0]?.parts.push(text('mine'));
      copy.metadata = { mine: 1 };
      await forgetful.save(copy, CONTEXT);
      const stored = await loadTask(other, 't');
      expect([textsOf(stored), stored.metadata]).toEqual([
        ['0', '1', 'theirs', 'mine'],
        { mine: 1 },
      ]);
    });

    test('a copy of what updateTask returned goes on from there', async () => {
      const store = open(server.client, { prefix: newPrefix() });
      await store.save(streamedTask('t', '0'), CONTEXT);
      await store.load('t', CONTEXT);
      const updated = await store.updateTask('t', CONTEXT, (task) => {
        task.artifacts[0]?.parts.push(text('1'));
      });
      const copy = structuredClone(updated);
      copy.artifacts[0]?.parts.push(text('2'));
      await store.save(copy, CONTEXT);
      expect(textsOf(await store.load('t', CONTEXT))).toEqual(['0', '1', '2']);
    });
  });
}
