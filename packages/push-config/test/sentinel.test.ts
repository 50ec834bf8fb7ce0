import {
  newPrefix,
  type OpenClient,
  SENTINEL_KINDS,
  untilReplica,
} from '@a2a-redis-internal/redis-clients';
import { describePushNotificationStoreContract } from '@a2a-redis-internal/contract';
import { type RedisSentinel, startRedisSentinel } from '@a2a-redis-internal/redis-server';
import { createRedisClient } from '@a2a-redis/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { RedisPushNotificationConfigStore } from '../src/index.ts';
import { configOf, CONTEXT } from './support.ts';

let deployment: RedisSentinel;

beforeAll(async () => {
  deployment = await startRedisSentinel();
});

afterAll(async () => {
  await deployment.stop();
});

describe.each(Object.entries(SENTINEL_KINDS))('%s', (_name, open) => {
  let client: OpenClient;
  beforeAll(async () => {
    client = await open(deployment);
  });
  afterAll(() => client.close());

  describePushNotificationStoreContract(
    'RedisPushNotificationConfigStore',
    (ownerResolver) =>
      new RedisPushNotificationConfigStore(client, { prefix: newPrefix(), ownerResolver }),
    { deleteWithoutConfigId: 'all' },
  );
});

test('a failover during saves: what was replicated is there, and the store goes on', async () => {
  const { name, addresses } = deployment;
  const options = { sentinel: { name, rootNodes: addresses }, onError: () => {} };
  const client = await createRedisClient(options);
  const store = new RedisPushNotificationConfigStore(client, {
    prefix: newPrefix(),
    deadlineMs: 25_000,
  });
  for (const id of ['a', 'b']) await store.save('task', CONTEXT, configOf(id));
  expect(await client.wait(1, 0)).toBe(1);

  const over = new AbortController();
  const during = (async () => {
    while (!over.signal.aborted) await store.save('other', CONTEXT, configOf('during'));
  })();
  const old = await deployment.primary();
  await deployment.failover();
  await untilReplica(old.url);
  await store.save('task', CONTEXT, configOf('c'));
  over.abort();
  await during;

  expect(await store.load('task', CONTEXT)).toEqual(['a', 'b', 'c'].map((id) => configOf(id)));
  expect(await store.load('other', CONTEXT)).toEqual([configOf('during')]);
  await client.close();
});
