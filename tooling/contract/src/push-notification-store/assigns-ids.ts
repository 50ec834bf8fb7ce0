import { describe, expect, test } from 'vitest';

import { configOf, contextOf } from './fixtures.ts';
import type { Subject } from './subject.ts';

/** An empty id is replaced in the caller's object; any other is kept. */
export function assignsIds({ makeStore }: Subject): void {
  describe('ids', () => {
    test('an empty id becomes a new one in the object that was passed', async () => {
      const store = await makeStore();
      const config = configOf();
      await store.save('task', contextOf(), config);
      expect(config.id).not.toBe('');
      expect(await store.load('task', contextOf())).toStrictEqual([config]);
    });

    test('the new id is there as soon as the call is made', async () => {
      const store = await makeStore();
      const config = configOf();
      const saved = store.save('task', contextOf(), config);
      expect(config.id).not.toBe('');
      await saved;
    });

    test('no two configs get the same id', async () => {
      const store = await makeStore();
      const configs = Array.from({ length: 50 }, () => configOf());
      await Promise.all(configs.map((config) => store.save('task', contextOf(), config)));
      expect(new Set(configs.map(({ id }) => id)).size).toBe(50);
      expect(await store.load('task', contextOf())).toHaveLength(50);
    });

    test('an id that is given is kept', async () => {
      const store = await makeStore();
      const config = configOf({ id: 'mine' });
      await store.save('task', contextOf(), config);
      expect(config.id).toBe('mine');
      expect(await store.load('task', contextOf())).toStrictEqual([config]);
    });
  });
}
