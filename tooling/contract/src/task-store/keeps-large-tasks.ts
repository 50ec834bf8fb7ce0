import { describe, expect, test } from 'vitest';

import { artifactOf, CONTEXT, loadTask, messageOf, partOf, taskOf } from './fixtures.ts';
import type { TaskStoreSubject } from './subject.ts';

const PARTS = 5_000;
const MEGABYTE = 1024 * 1024;

/** Size is no obstacle. */
export function keepsLargeTasks({ makeStore }: TaskStoreSubject): void {
  describe('large tasks', () => {
    test(`an artifact of ${PARTS} parts is kept, grows and shrinks`, async () => {
      const store = await makeStore();
      const texts = Array.from({ length: PARTS }, (_, index) => `part ${index}`);
      await store.save(taskOf('task', { artifacts: [artifactOf('a', texts)] }), CONTEXT);
      const task = await loadTask(store, 'task');
      expect(task.artifacts).toEqual([artifactOf('a', texts)]);

      task.artifacts[0]?.parts.push(partOf('one more'));
      await store.save(task, CONTEXT);
      expect((await loadTask(store, 'task')).artifacts).toEqual([
        artifactOf('a', [...texts, 'one more']),
      ]);

      task.artifacts = [artifactOf('a', ['only this'])];
      await store.save(task, CONTEXT);
      expect((await loadTask(store, 'task')).artifacts).toEqual([artifactOf('a', ['only this'])]);
    });

    test('2,500 messages and 2,500 artifacts are kept', async () => {
      const store = await makeStore();
      const ids = Array.from({ length: 2_500 }, (_, index) => `id-${index}`);
      const task = taskOf('task', {
        history: ids.map((id) => messageOf(id)),
        artifacts: ids.map((id) => artifactOf(id, [id])),
      });
      await store.save(task, CONTEXT);
      expect(await store.load('task', CONTEXT)).toEqual(task);
    });

    test('parts of 1 MB are kept', async () => {
      const store = await makeStore();
      const text = 'é🦀'.repeat(MEGABYTE / 6);
      const bytes = Buffer.alloc(MEGABYTE, 'binary \u00FF\u0000');
      const parts = [partOf(text), partOf('', { content: { $case: 'raw', value: bytes } })];
      const task = taskOf('task', { artifacts: [artifactOf('a', [], { parts })] });
      await store.save(task, CONTEXT);
      const loaded = (await loadTask(store, 'task')).artifacts[0]?.parts ?? [];
      expect(loaded[0]).toEqual(parts[0]);
      // Element by element, the comparison of the bytes would take seconds.
      expect(bytes.equals(loaded[1]?.content?.value)).toBe(true);
    });
  });
}
