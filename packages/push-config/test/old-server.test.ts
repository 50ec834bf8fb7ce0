import { OldServer, REFUSED } from '@a2a-redis-internal/contract/old-server';
import { describe, expect, test } from 'vitest';

import { RedisPushNotificationConfigStore } from '../src/index.ts';
import { configOf, CONTEXT } from './support.ts';

const CALLS: Readonly<
  Record<string, (store: RedisPushNotificationConfigStore) => Promise<unknown>>
> = {
  save: async (store) => store.save('task', CONTEXT, configOf('a')),
  load: async (store) => store.load('task', CONTEXT),
  loadWithMetadata: async (store) => store.loadWithMetadata('task', CONTEXT),
  'delete of one': async (store) => store.delete('task', CONTEXT, 'a'),
  'delete of all': async (store) => store.delete('task', CONTEXT),
};

describe('a server that is too old', () => {
  const old = new OldServer();

  test.each(Object.entries(CALLS))('is named by %s, which writes nothing', async (_, call) => {
    const store = new RedisPushNotificationConfigStore(old.client);
    expect(await old.refused(async () => call(store))).toEqual(REFUSED);
  });
});
