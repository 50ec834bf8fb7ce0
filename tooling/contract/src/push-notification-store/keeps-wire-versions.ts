import { describe, expect, test } from 'vitest';

import { configOf, contextOf } from './fixtures.ts';
import type { Subject } from './subject.ts';

/** Each config comes back with the A2A version of the call that saved it last. */
export function keepsWireVersions({ makeStore }: Subject): void {
  describe('wire versions', () => {
    test('each config has the version that it was saved over', async () => {
      const store = await makeStore();
      await store.save('task', contextOf({ version: '0.3' }), configOf({ id: 'old' }));
      await store.save('task', contextOf({ version: '1.0' }), configOf({ id: 'new' }));
      await store.save('task', contextOf(), configOf({ id: 'without' }));
      expect(await store.loadWithMetadata('task', contextOf({ version: '1.0' }))).toStrictEqual([
        { config: configOf({ id: 'old' }), wireVersion: '0.3' },
        { config: configOf({ id: 'new' }), wireVersion: '1.0' },
        { config: configOf({ id: 'without' }), wireVersion: '0.3' },
      ]);
    });

    test('a config that is saved again takes the version of the later call', async () => {
      const store = await makeStore();
      await store.save('task', contextOf({ version: '0.3' }), configOf({ id: 'a' }));
      await store.save('task', contextOf({ version: '1.0' }), configOf({ id: 'a' }));
      expect(await store.loadWithMetadata('task', contextOf())).toStrictEqual([
        { config: configOf({ id: 'a' }), wireVersion: '1.0' },
      ]);
    });
  });
}
