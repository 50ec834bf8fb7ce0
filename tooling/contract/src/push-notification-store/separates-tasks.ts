import { describe, expect, test } from 'vitest';

import { configOf, contextOf, ODD_IDS } from './fixtures.ts';
import type { Subject } from './subject.ts';

/** Each task has configs of its own, whatever its id looks like. */
export function separatesTasks({ makeStore }: Subject): void {
  describe('tasks', () => {
    test('a task without configs has none', async () => {
      const store = await makeStore();
      expect(await store.load('task', contextOf())).toStrictEqual([]);
      expect(await store.loadWithMetadata('task', contextOf())).toStrictEqual([]);
    });

    test('tasks of odd ids do not see each other', async () => {
      const store = await makeStore();
      for (const taskId of ODD_IDS) {
        await store.save(taskId, contextOf(), configOf({ id: 'a', taskId }));
      }
      for (const taskId of ODD_IDS) {
        expect(await store.load(taskId, contextOf())).toStrictEqual([
          configOf({ id: 'a', taskId }),
        ]);
      }
    });
  });
}
