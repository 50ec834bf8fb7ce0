import { describe, expect, test } from 'vitest';

import { configOf, contextOf } from './fixtures.ts';
import type { Subject } from './subject.ts';

/** No object is shared between the store and its callers. */
export function returnsPrivateCopies({ makeStore }: Subject): void {
  const authentication = { scheme: 'Bearer', credentials: 'abc' };
  const saved = configOf({ id: 'a', authentication });

  describe('copies', () => {
    test('a change to a saved object does not change the store', async () => {
      const store = await makeStore();
      const config = structuredClone(saved);
      const done = store.save('task', contextOf(), config);
      config.url = 'changed while saving';
      await done;
      Object.assign(config.authentication ?? {}, { credentials: 'changed after saving' });
      expect(await store.load('task', contextOf())).toStrictEqual([saved]);
    });

    test('a change to a loaded object does not change the store', async () => {
      const store = await makeStore();
      await store.save('task', contextOf(), structuredClone(saved));
      for (const config of await store.load('task', contextOf())) config.url = 'changed';
      for (const { config } of await store.loadWithMetadata('task', contextOf())) {
        Object.assign(config.authentication ?? {}, { credentials: 'changed' });
      }
      expect(await store.load('task', contextOf())).toStrictEqual([saved]);
    });
  });
}
