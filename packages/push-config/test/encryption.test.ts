import { shareServer } from '@a2a-redis-internal/contract/shared-server';
import { startRedisServer } from '@a2a-redis-internal/redis-server';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

import { A2ARedisError } from '@a2a-redis/core';
import { beforeEach, describe, expect, test } from 'vitest';

import { type PushConfigEncryptionKey, RedisPushNotificationConfigStore } from '../src/index.ts';
import { configOf, contentOf, CONTEXT, contextOf } from './support.ts';

const OLD = { id: 'old', key: randomBytes(32) };
const NEW = { id: 'new', key: randomBytes(32).toString('base64') };

const server = shareServer(startRedisServer);
let prefix: string;
let key: string;

beforeEach(() => {
  prefix = newPrefix();
  key = `${prefix}{acme:ann:task}:configs`;
});

function storeWith(...keys: readonly PushConfigEncryptionKey[]): RedisPushNotificationConfigStore {
  const encryption = keys.length === 0 ? undefined : { keys };
  return new RedisPushNotificationConfigStore(server.client, { prefix, encryption });
}

/** How a load of the task fails, and whether Redis is as before. */
async function failedLoad(
  store: RedisPushNotificationConfigStore,
): Promise<{ code: unknown; message: string; detail: string | undefined; unchanged: boolean }> {
  const before = await contentOf(server.client, prefix);
  const error: unknown = await store.load('task', CONTEXT).catch((reason: unknown) => reason);
  if (!(error instanceof A2ARedisError)) throw new TypeError('The load did not fail.');
  const unchanged = isDeepStrictEqual(await contentOf(server.client, prefix), before);
  const { code, message, detail } = error;
  return { code, message, detail, unchanged };
}

function failure(code: string, named: string): object {
  const message = 'The push-notification configs of task "task" cannot be read.';
  return { code, message, detail: expect.stringContaining(named), unchanged: true };
}

describe('rotation', () => {
  test('the first key encrypts, all decrypt, and saving again moves a config to the first', async () => {
    await storeWith(OLD).save('task', CONTEXT, configOf('a', { token: 'one' }));
    const both = storeWith(NEW, OLD);
    await both.save('task', CONTEXT, configOf('b', { token: 'two' }));
    expect(await server.client.hGet(key, 'c:a')).toMatch(/^1@\d{13}:aes256gcm:old:/);
    expect(await server.client.hGet(key, 'c:b')).toMatch(/^2@\d{13}:aes256gcm:new:/);
    const configs = await both.load('task', CONTEXT);
    expect(configs).toStrictEqual([
      configOf('a', { token: 'one' }),
      configOf('b', { token: 'two' }),
    ]);

    expect(await failedLoad(storeWith(NEW))).toStrictEqual(
      failure('ENCRYPTION_KEY_UNKNOWN', '"old"'),
    );
    for (const config of configs) await both.save('task', CONTEXT, config);
    expect(await storeWith(NEW).load('task', CONTEXT)).toStrictEqual(configs);
  });
});

describe('no silent fall-back', () => {
  test('a plain record is refused where encryption is configured', async () => {
    await storeWith().save('task', CONTEXT, configOf('a'));
    expect(await failedLoad(storeWith(NEW))).toStrictEqual(
      failure('PLAINTEXT_RECORD', `"c:a" of key "${key}"`),
    );
  });

  test('an encrypted record is refused where it is not', async () => {
    await storeWith(NEW).save('task', CONTEXT, configOf('a'));
    expect(await failedLoad(storeWith())).toStrictEqual(failure('ENCRYPTION_KEY_UNKNOWN', '"new"'));
  });

  test('an unreadable record can be deleted', async () => {
    await storeWith(OLD).save('task', CONTEXT, configOf('a'));
    await storeWith(NEW).save('task', CONTEXT, configOf('b'));
    await storeWith(NEW).delete('task', CONTEXT, 'a');
    expect(await storeWith(NEW).load('task', CONTEXT)).toStrictEqual([configOf('b')]);
  });
});

describe('a record that is not where, or what, it was', () => {
  test('of another config', async () => {
    const store = storeWith(NEW);
    await store.save('task', CONTEXT, configOf('a'));
    await store.save('task', CONTEXT, configOf('b'));
    await server.client.hSet(key, 'c:b', (await server.client.hGet(key, 'c:a')) ?? '');
    expect(await failedLoad(store)).toStrictEqual(
      failure('DECRYPTION_FAILED', `"c:b" of key "${key}"`),
    );
  });

  test.each([
    ['task', 'other', CONTEXT, '{acme:ann:other}:configs'],
    ['tenant', 'task', contextOf('other', 'ann'), '{other:ann:task}:configs'],
    ['owner', 'task', contextOf('acme', 'other'), '{acme:other:task}:configs'],
  ])('of another %s', async (_name, taskId, context, suffix) => {
    const store = storeWith(NEW);
    await store.save(taskId, context, configOf('a'));
    await server.client.rename(prefix + suffix, key);
    expect(await failedLoad(store)).toStrictEqual(
      failure('DECRYPTION_FAILED', `"c:a" of key "${key}"`),
    );
  });

  test('of another prefix', async () => {
    const elsewhere = newPrefix();
    const options = { prefix: elsewhere, encryption: { keys: [NEW] } };
    await new RedisPushNotificationConfigStore(server.client, options).save(
      'task',
      CONTEXT,
      configOf('a'),
    );
    await server.client.rename(`${elsewhere}{acme:ann:task}:configs`, key);
    expect(await failedLoad(storeWith(NEW))).toStrictEqual(
      failure('DECRYPTION_FAILED', `"c:a" of key "${key}"`),
    );
  });

  test('under another key of the same id', async () => {
    await storeWith(OLD).save('task', CONTEXT, configOf('a'));
    const impostor = storeWith({ id: OLD.id, key: randomBytes(32) });
    expect(await failedLoad(impostor)).toStrictEqual(
      failure('DECRYPTION_FAILED', `"c:a" of key "${key}"`),
    );
  });

  test('altered', async () => {
    const store = storeWith(NEW);
    await store.save('task', CONTEXT, configOf('a'));
    const record = (await server.client.hGet(key, 'c:a')) ?? '';
    await server.client.hSet(key, 'c:a', `${record.slice(0, -9)}AAAAAAAAA`);
    expect(await failedLoad(store)).toStrictEqual(
      failure('DECRYPTION_FAILED', `"c:a" of key "${key}"`),
    );
  });
});
