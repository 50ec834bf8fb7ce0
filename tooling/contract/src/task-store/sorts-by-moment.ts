import { describe, expect, test } from 'vitest';

import { CONTEXT, idsOf, statusAt, taskOf } from './fixtures.ts';
import type { TaskStoreSubject } from './subject.ts';

/** Times of other forms, and ties of ids that languages sort in their own way. */
export function sortsByMoment({ makeStore, capabilities }: TaskStoreSubject): void {
  const sorts = capabilities.sortsByMoment ?? false;

  describe(sorts ? 'order by moment and bytes' : 'order by text and locale', () => {
    test('of times with other offsets', async () => {
      const store = await makeStore();
      const times = {
        noon: '2026-01-01T12:00:00.000Z',
        one: '2026-01-01T11:00:00.000-02:00',
        eleven: '2026-01-01T13:00:00.000+02:00',
      };
      for (const [id, timestamp] of Object.entries(times)) {
        await store.save(taskOf(id, { status: { ...statusAt(0), timestamp } }), CONTEXT);
      }
      expect(await idsOf(store)).toEqual(
        sorts ? ['one', 'noon', 'eleven'] : ['eleven', 'noon', 'one'],
      );
    });

    test('of ids in upper and lower case', async () => {
      const store = await makeStore();
      for (const id of ['a', 'B', 'c']) await store.save(taskOf(id), CONTEXT);
      expect(await idsOf(store)).toEqual(sorts ? ['c', 'a', 'B'] : ['c', 'B', 'a']);
    });
  });
}
