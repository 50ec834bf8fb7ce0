import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import type { TaskPushNotificationConfig } from '@a2a-js/sdk';
import { RequestMalformedError } from '@a2a-js/sdk/errors';
import { createClient, type RedisClientType } from 'redis';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { RedisPushNotificationConfigStore } from '../src/index.ts';
import { configOf, contentOf, CONTEXT } from './support.ts';

let server: RedisServer;
let client: RedisClientType;

beforeAll(async () => {
  server = await startRedisServer();
  client = await connect(server.url);
});

afterAll(async () => {
  await client.close();
  await server.stop();
});

function checkConfig({ url }: TaskPushNotificationConfig): string | undefined {
  return url.startsWith('https:') ? undefined : "The webhook's URL must begin with https:.";
}

test('what is refused is not stored, and the client is told why as of its parameters', async () => {
  const prefix = newPrefix();
  const store = new RedisPushNotificationConfigStore(client, { prefix, checkConfig });
  const config = configOf('', { url: 'http://client.example/hook?key=s3cret' });
  const saved = store.save('task', CONTEXT, config);
  await expect(saved).rejects.toBeInstanceOf(RequestMalformedError);
  await expect(saved).rejects.toThrow("The webhook's URL must begin with https:.");
  expect(config.id).toBe('');
  expect(await contentOf(client, prefix)).toEqual({});

  await store.save('task', CONTEXT, configOf('a'));
  expect(await store.load('task', CONTEXT)).toEqual([configOf('a')]);
});

test('a config that is saved again is looked at again, and stays as it was', async () => {
  const store = new RedisPushNotificationConfigStore(client, { prefix: newPrefix(), checkConfig });
  await store.save('task', CONTEXT, configOf('a'));
  const changed = configOf('a', { url: 'http://client.example/hook' });
  await expect(store.save('task', CONTEXT, changed)).rejects.toThrow('https:');
  expect(await store.load('task', CONTEXT)).toEqual([configOf('a')]);
});

test('configs that were stored before are loaded without a look', async () => {
  const prefix = newPrefix();
  const earlier = configOf('a', { url: 'http://client.example/hook' });
  await new RedisPushNotificationConfigStore(client, { prefix }).save('task', CONTEXT, earlier);
  const store = new RedisPushNotificationConfigStore(client, { prefix, checkConfig });
  expect(await store.load('task', CONTEXT)).toEqual([earlier]);
});

test('a refusal needs no Redis, and a check that throws refuses', async () => {
  const check = vi.fn<typeof checkConfig>(checkConfig);
  const store = new RedisPushNotificationConfigStore(createClient(), { checkConfig: check });
  const config = configOf('a', { url: 'http://client.example/' });
  await expect(store.save('task', CONTEXT, config)).rejects.toThrow('https:');
  expect(check).toHaveBeenCalledExactlyOnceWith(config);
  check.mockImplementation(() => {
    throw new Error('The rules are away.');
  });
  await expect(store.save('task', CONTEXT, configOf('a'))).rejects.toThrow('The rules are away.');
});
