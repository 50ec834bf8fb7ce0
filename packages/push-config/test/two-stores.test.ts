import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import type { RedisClientType } from 'redis';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { RedisPushNotificationConfigStore } from '../src/index.ts';
import { configOf, contentOf, CONTEXT } from './support.ts';

let server: RedisServer;
let clients: readonly [RedisClientType, RedisClientType];

beforeAll(async () => {
  server = await startRedisServer();
  clients = [await connect(server.url), await connect(server.url)];
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await server.stop();
});

function storesOf(prefix: string): RedisPushNotificationConfigStore[] {
  return clients.map((client) => new RedisPushNotificationConfigStore(client, { prefix }));
}

function byId(one: { id: string }, other: { id: string }): number {
  return one.id < other.id ? -1 : 1;
}

async function saveThirty(store: RedisPushNotificationConfigStore, name: string): Promise<void> {
  for (let number = 0; number < 30; number += 1) {
    await store.save('task', CONTEXT, configOf(`${name}-${number}`));
  }
}

test('saves of two stores at once are all kept, generated ids among them', async () => {
  const prefix = newPrefix();
  const stores = storesOf(prefix);
  const configs = stores.map((_store, index) =>
    Array.from({ length: 50 }, (_, number) =>
      configOf(number % 2 === 0 ? '' : `${index}-${number}`, { token: `${index}-${number}` }),
    ),
  );
  await Promise.all(
    stores.flatMap((store, index) =>
      (configs[index] ?? []).map((config) => store.save('task', CONTEXT, config)),
    ),
  );
  for (const store of stores) {
    const loaded = await store.load('task', CONTEXT);
    expect(loaded.toSorted(byId)).toStrictEqual(configs.flat().toSorted(byId));
  }
});

test('both stores see one order, and each store’s own saves in theirs', async () => {
  const [one, other] = storesOf(newPrefix());
  if (one === undefined || other === undefined) throw new TypeError('There are two clients.');
  await Promise.all([saveThirty(one, 'one'), saveThirty(other, 'other')]);
  const ids = (await one.load('task', CONTEXT)).map(({ id }) => id);
  expect((await other.load('task', CONTEXT)).map(({ id }) => id)).toStrictEqual(ids);
  for (const name of ['one', 'other']) {
    expect(ids.filter((id) => id.startsWith(`${name}-`))).toStrictEqual(
      Array.from({ length: 30 }, (_, number) => `${name}-${number}`),
    );
  }
});

test('the limit holds across stores', async () => {
  const prefix = newPrefix();
  const stores = clients.map(
    (client) => new RedisPushNotificationConfigStore(client, { prefix, maxConfigsPerTask: 10 }),
  );
  const results = await Promise.allSettled(
    stores.flatMap((store) =>
      Array.from({ length: 10 }, () => store.save('task', CONTEXT, configOf(''))),
    ),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  const [content = {}] = Object.values(await contentOf(clients[0], prefix));
  expect(Object.keys(content)).toHaveLength(11);
  expect(content['seq']).toBe('10');
});
