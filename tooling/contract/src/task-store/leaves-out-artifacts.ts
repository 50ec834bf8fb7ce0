import { describe, expect, test } from 'vitest';

import { CONTEXT, fullTaskOf, listRequest } from './fixtures.ts';
import type { TaskStoreSubject } from './subject.ts';

/** Lists hold artifacts only where they are asked for; everything else always. */
export function leavesOutArtifacts({ makeStore }: TaskStoreSubject): void {
  const without = { ...fullTaskOf('task'), artifacts: [] };

  describe('artifacts in lists', () => {
    test.each([
      [undefined, without],
      [false, without],
      [true, fullTaskOf('task')],
    ])('includeArtifacts: %s', async (includeArtifacts, expected) => {
      const store = await makeStore();
      await store.save(fullTaskOf('task'), CONTEXT);
      const { tasks } = await store.list(listRequest({ includeArtifacts }), CONTEXT);
      expect(tasks).toEqual([expected]);
    });

    test('a listed task without its artifacts does not lose them', async () => {
      const store = await makeStore();
      await store.save(fullTaskOf('task'), CONTEXT);
      await store.list(listRequest(), CONTEXT);
      expect(await store.load('task', CONTEXT)).toEqual(fullTaskOf('task'));
    });
  });
}
