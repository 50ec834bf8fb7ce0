import { describe, expect, test } from 'vitest';

import { artifactOf, CONTEXT, loadTask, partOf, taskOf } from './fixtures.ts';
import type { TaskStoreSubject } from './subject.ts';

/** A copy of a task may be saved after the task itself was: it holds that change, and more. */
export function savesCopies({ makeStore }: TaskStoreSubject): void {
  describe('copies of a loaded task', () => {
    test('are saved after the task itself', async () => {
      const store = await makeStore();
      await store.save(taskOf('task', { artifacts: [artifactOf('a', ['0'])] }), CONTEXT);
      const task = await loadTask(store, 'task');
      task.artifacts[0]?.parts.push(partOf('1'));
      await store.save(task, CONTEXT);
      const copy = structuredClone(task);
      copy.artifacts[0]?.parts.push(partOf('2'));
      copy.metadata = { copied: true };
      await store.save(copy, CONTEXT);
      const expected = taskOf('task', {
        artifacts: [artifactOf('a', ['0', '1', '2'])],
        metadata: { copied: true },
      });
      expect(await store.load('task', CONTEXT)).toEqual(expected);

      const again = structuredClone(copy);
      again.artifacts[0]?.parts.push(partOf('3'));
      await store.save(again, CONTEXT);
      expect((await loadTask(store, 'task')).artifacts).toEqual([
        artifactOf('a', ['0', '1', '2', '3']),
      ]);
    });
  });
}
