import { describe, expect, test } from 'vitest';

import { configOf, contextOf, ODD_IDS } from './fixtures.ts';
import type { Subject } from './subject.ts';

/** `delete` with a config id removes that config and nothing else. */
export function deletesOneConfig({ makeStore }: Subject): void {
  describe('delete with a config id', () => {
    test('the others stay, in their order', async () => {
      const store = await makeStore();
      for (const id of ['a', 'b', 'c']) await store.save('task', contextOf(), configOf({ id }));
      await store.delete('task', contextOf(), 'b');
      expect(await store.load('task', contextOf())).toStrictEqual([
        configOf({ id: 'a' }),
        configOf({ id: 'c' }),
      ]);
    });

    test('odd ids name one config each', async () => {
      const store = await makeStore();
      let rest = [...ODD_IDS];
      for (const id of rest) await store.save('task', contextOf(), configOf({ id }));
      for (const id of ODD_IDS) {
        await store.delete('task', contextOf(), id);
        rest = rest.filter((other) => other !== id);
        expect((await store.load('task', contextOf())).map((config) => config.id)).toStrictEqual(
          rest,
        );
      }
    });

    test('a config or a task that is not there is deleted already', async () => {
      const store = await makeStore();
      await store.delete('task', contextOf(), 'a');
      await store.save('task', contextOf(), configOf({ id: 'a' }));
      await store.delete('task', contextOf(), 'b');
      await store.delete('task', contextOf(), '');
      await store.delete('other', contextOf(), 'a');
      expect(await store.load('task', contextOf())).toStrictEqual([configOf({ id: 'a' })]);
    });
  });
}
