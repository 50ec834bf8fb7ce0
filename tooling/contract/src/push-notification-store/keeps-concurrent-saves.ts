import { describe, expect, test } from 'vitest';

import { configOf, contextOf } from './fixtures.ts';
import type { Subject } from './subject.ts';

/** Saves that overlap are all kept. */
export function keepsConcurrentSaves({ makeStore }: Subject): void {
  describe('concurrent saves', () => {
    test('of different configs are all kept', async () => {
      const store = await makeStore();
      const configs = Array.from({ length: 80 }, (_, index) => configOf({ id: `id-${index}` }));
      await Promise.all(configs.map((config) => store.save('task', contextOf(), config)));
      const loaded = await store.load('task', contextOf());
      expect(loaded).toHaveLength(80);
      expect(new Set(loaded.map(({ id }) => id))).toStrictEqual(
        new Set(configs.map(({ id }) => id)),
      );
    });

    test('of one config keep one of them whole', async () => {
      const store = await makeStore();
      const configs = Array.from({ length: 20 }, (_, index) =>
        configOf({ id: 'a', token: `token-${index}`, url: `https://client.example/${index}` }),
      );
      await Promise.all(configs.map((config) => store.save('task', contextOf(), config)));
      const loaded = await store.load('task', contextOf());
      expect(loaded).toHaveLength(1);
      expect(configs).toContainEqual(loaded[0]);
    });
  });
}
