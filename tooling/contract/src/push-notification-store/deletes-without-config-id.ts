import { describe, expect, test } from 'vitest';

import { configOf, contextOf } from './fixtures.ts';
import type { Subject } from './subject.ts';

/** `delete` without a config id removes what the store's capabilities say. */
export function deletesWithoutConfigId({ makeStore, capabilities }: Subject): void {
  describe('delete without a config id', () => {
    const { deleteWithoutConfigId } = capabilities;

    test(`removes ${deleteWithoutConfigId} of the task`, async () => {
      const store = await makeStore();
      for (const id of ['a', 'task', 'b']) await store.save('task', contextOf(), configOf({ id }));
      await store.delete('task', contextOf());
      expect((await store.load('task', contextOf())).map(({ id }) => id)).toStrictEqual(
        deleteWithoutConfigId === 'all' ? [] : ['a', 'b'],
      );
    });

    test('removes nothing of another task, and nothing where nothing is', async () => {
      const store = await makeStore();
      await store.save('other', contextOf(), configOf({ id: 'a' }));
      await store.delete('task', contextOf());
      expect(await store.load('other', contextOf())).toStrictEqual([configOf({ id: 'a' })]);
    });
  });
}
