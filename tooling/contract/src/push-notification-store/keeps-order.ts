import { describe, expect, test } from 'vitest';

import { configOf, contextOf } from './fixtures.ts';
import type { Subject } from './subject.ts';

/** Configs are listed in the order of their last saves. */
export function keepsOrder({ makeStore }: Subject): void {
  describe('order', () => {
    test('configs are listed in the order of their saves', async () => {
      const store = await makeStore();
      // More than a hash keeps in the order of insertion, and ids whose own order is another.
      const ids = Array.from(
        { length: 90 },
        (_, index) => `${(index * 37) % 90}-${'x'.repeat(80)}`,
      );
      for (const id of ids) await store.save('task', contextOf(), configOf({ id }));
      expect((await store.load('task', contextOf())).map(({ id }) => id)).toStrictEqual(ids);
    });

    test('a config that is saved again is replaced and moves to the end', async () => {
      const store = await makeStore();
      for (const id of ['a', 'b', 'c']) await store.save('task', contextOf(), configOf({ id }));
      await store.save('task', contextOf(), configOf({ id: 'a', token: 'new' }));
      expect(await store.load('task', contextOf())).toStrictEqual([
        configOf({ id: 'b' }),
        configOf({ id: 'c' }),
        configOf({ id: 'a', token: 'new' }),
      ]);
    });

    test('the very same config moves to the end too', async () => {
      const store = await makeStore();
      const config = configOf({ id: 'a' });
      await store.save('task', contextOf(), config);
      await store.save('task', contextOf(), configOf({ id: 'b' }));
      await store.save('task', contextOf(), config);
      expect(await store.load('task', contextOf())).toStrictEqual([configOf({ id: 'b' }), config]);
    });

    test('a config that was deleted comes back at the end', async () => {
      const store = await makeStore();
      for (const id of ['a', 'b']) await store.save('task', contextOf(), configOf({ id }));
      await store.delete('task', contextOf(), 'a');
      await store.save('task', contextOf(), configOf({ id: 'a' }));
      expect(await store.load('task', contextOf())).toStrictEqual([
        configOf({ id: 'b' }),
        configOf({ id: 'a' }),
      ]);
    });
  });
}
