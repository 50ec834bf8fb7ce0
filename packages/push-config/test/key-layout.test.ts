import { shareServer } from '@a2a-redis-internal/contract/shared-server';
import { startRedisServer } from '@a2a-redis-internal/redis-server';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { randomBytes } from 'node:crypto';

import { ServerCallContext } from '@a2a-js/sdk/server';
import { describe, expect, test } from 'vitest';

import { RedisPushNotificationConfigStore } from '../src/index.ts';
import { configOf, contentOf, CONTEXT } from './support.ts';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

const server = shareServer(startRedisServer);

async function isDueWithin(key: string, seconds: number): Promise<boolean> {
  const left = await server.client.ttl(key);
  return left > 0 && left <= seconds;
}

describe('keys and fields', () => {
  test('one hash a task: a counter and a field for each config', async () => {
    const prefix = newPrefix();
    const store = new RedisPushNotificationConfigStore(server.client, { prefix });
    await store.save('t/1', CONTEXT, configOf('a:{b}', { token: 'secret' }));
    await store.save('t/1', CONTEXT, configOf('seq'));
    await store.save('t/1', CONTEXT, configOf('a:{b}', { url: '' }));

    const key = `${prefix}{acme:ann:t%2F1}:configs`;
    expect(await contentOf(server.client, prefix)).toStrictEqual({
      [key]: {
        seq: '3',
        'c:seq': expect.stringMatching(
          new RegExp(
            `^2@\\d{13}:json:${UUID}:\\{"wireVersion":"1\\.0","config":` +
              '\\{"id":"seq","taskId":"task","url":"https://client\\.example/hook"\\}\\}$',
          ),
        ),
        'c:a:{b}': expect.stringMatching(
          new RegExp(
            `^3@\\d{13}:json:${UUID}:\\{"wireVersion":"1\\.0","config":` +
              '\\{"id":"a:\\{b\\}","taskId":"task"\\}\\}$',
          ),
        ),
      },
    });
  });

  test('encrypted: the config id, the sequence and the key id, and nothing else', async () => {
    const prefix = newPrefix();
    const encryption = { keys: [{ id: 'key/1', key: randomBytes(32) }] };
    const store = new RedisPushNotificationConfigStore(server.client, { prefix, encryption });
    const secret = configOf('a', {
      url: 'https://secret-url.example',
      token: 'secret-token',
      authentication: { scheme: 'secret-scheme', credentials: 'secret-credentials' },
    });
    await store.save('task', CONTEXT, secret);

    const content = await contentOf(server.client, prefix);
    expect(content).toStrictEqual({
      [`${prefix}{acme:ann:task}:configs`]: {
        seq: '1',
        'c:a': expect.stringMatching(/^1@\d{13}:aes256gcm:key%2F1:[A-Za-z0-9_-]+$/),
      },
    });
  });

  test('the default prefix, without a tenant and a user', async () => {
    const store = new RedisPushNotificationConfigStore(server.client);
    const taskId = newPrefix();
    await store.save(taskId, new ServerCallContext(), configOf('a'));
    const key = `a2a:push:{:unknown:${taskId.replaceAll(':', '%3A')}}:configs`;
    expect((await server.client.hKeys(key)).toSorted()).toStrictEqual(['c:a', 'seq']);
    await store.delete(taskId, new ServerCallContext());
    expect(await server.client.exists(key)).toBe(0);
  });

  test('no key is left behind by the last config', async () => {
    const prefix = newPrefix();
    const store = new RedisPushNotificationConfigStore(server.client, { prefix });
    for (const id of ['a', 'b']) await store.save('task', CONTEXT, configOf(id));
    await store.delete('task', CONTEXT, 'a');
    expect(Object.keys(await contentOf(server.client, prefix))).toHaveLength(1);
    await store.delete('task', CONTEXT, 'b');
    expect(await contentOf(server.client, prefix)).toStrictEqual({});
  });

  test('sequence numbers are exact where Lua would write them as 1e+14', async () => {
    const prefix = newPrefix();
    const key = `${prefix}{acme:ann:task}:configs`;
    const store = new RedisPushNotificationConfigStore(server.client, { prefix });
    await store.save('task', CONTEXT, configOf('a'));
    await server.client.hSet(key, 'seq', '99999999999999');
    await store.save('task', CONTEXT, configOf('b'));
    expect(await server.client.hGet(key, 'seq')).toBe('100000000000000');
    expect(await server.client.hGet(key, 'c:b')).toMatch(/^100000000000000@\d{13}:json:/);
    expect(await store.load('task', CONTEXT)).toStrictEqual([configOf('a'), configOf('b')]);
  });
});

describe('expiry', () => {
  test('every save sets it anew', async () => {
    const prefix = newPrefix();
    const key = `${prefix}{acme:ann:task}:configs`;
    const store = new RedisPushNotificationConfigStore(server.client, { prefix, ttlSeconds: 1000 });
    await store.save('task', CONTEXT, configOf('a'));
    expect(await isDueWithin(key, 1000)).toBe(true);
    await server.client.expire(key, 100_000);
    await store.save('task', CONTEXT, configOf('b'));
    expect(await isDueWithin(key, 1000)).toBe(true);
  });

  test('there is none without the option, and a save removes an earlier one', async () => {
    const prefix = newPrefix();
    const key = `${prefix}{acme:ann:task}:configs`;
    const store = new RedisPushNotificationConfigStore(server.client, { prefix });
    await store.save('task', CONTEXT, configOf('a'));
    expect(await server.client.ttl(key)).toBe(-1);
    await server.client.expire(key, 1000);
    await store.save('task', CONTEXT, configOf('b'));
    expect(await server.client.ttl(key)).toBe(-1);
  });
});

describe('maxConfigsPerTask', () => {
  test('refuses one more, takes those stored again, and has room after a delete', async () => {
    const prefix = newPrefix();
    const store = new RedisPushNotificationConfigStore(server.client, {
      prefix,
      maxConfigsPerTask: 2,
    });
    for (const id of ['a', 'b']) await store.save('task', CONTEXT, configOf(id));
    const before = await contentOf(server.client, prefix);

    await expect(store.save('task', CONTEXT, configOf('c'))).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('"task"'),
    });
    expect(await contentOf(server.client, prefix)).toStrictEqual(before);

    await store.save('task', CONTEXT, configOf('a', { token: 'new' }));
    await store.save('other', CONTEXT, configOf('c'));
    await store.delete('task', CONTEXT, 'b');
    await store.save('task', CONTEXT, configOf('c'));
    expect(await store.load('task', CONTEXT)).toStrictEqual([
      configOf('a', { token: 'new' }),
      configOf('c'),
    ]);
  });

  test('is 100 by default', async () => {
    const store = new RedisPushNotificationConfigStore(server.client, { prefix: newPrefix() });
    for (let index = 1; index <= 100; index += 1) {
      await store.save('task', CONTEXT, configOf(`id-${index}`));
    }
    await expect(store.save('task', CONTEXT, configOf(''))).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
    expect(await store.load('task', CONTEXT)).toHaveLength(100);
  });
});
