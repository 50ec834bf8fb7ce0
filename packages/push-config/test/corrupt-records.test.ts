import { shareServer } from '@a2a-redis-internal/contract/shared-server';
import { startRedisServer } from '@a2a-redis-internal/redis-server';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { inspect } from 'node:util';

import { beforeEach, describe, expect, test } from 'vitest';

import { RedisPushNotificationConfigStore } from '../src/index.ts';
import { configOf, contentOf, CONTEXT } from './support.ts';

const server = shareServer(startRedisServer);
let prefix: string;
let key: string;
let store: RedisPushNotificationConfigStore;

beforeEach(async () => {
  prefix = newPrefix();
  key = `${prefix}{acme:ann:task}:configs`;
  store = new RedisPushNotificationConfigStore(server.client, { prefix });
  for (const id of ['a', 'b']) await store.save('task', CONTEXT, configOf(id));
  await store.save('other', CONTEXT, configOf('a'));
});

/** All that clients are told of a record that cannot be read. */
const UNREADABLE = 'The push-notification configs of task "task" cannot be read.';
const HEAD = '1:json:call:';
const RECORDS: Readonly<Record<string, string>> = {
  'an empty value': '',
  'no sequence number': 'json:call:{"wireVersion":"1.0","config":{"id":"a"}}',
  'a sequence number of zero': '0:json:call:{"wireVersion":"1.0","config":{"id":"a"}}',
  'a sequence number too long to be exact': `${'9'.repeat(16)}:json:call:{}`,
  'an unknown format': '1:xml:call:<config/>',
  'no data': '1:json:call',
  'text that is not JSON': `${HEAD}{"wireVersion":"1.0","config":{"id":"a"}`,
  'JSON that is no object': `${HEAD}["1.0",{"id":"a"}]`,
  'no wire version': `${HEAD}{"config":{"id":"a"}}`,
  'no config': `${HEAD}{"wireVersion":"1.0"}`,
  'a config that is no object': `${HEAD}{"wireVersion":"1.0","config":"a"}`,
  'another config': `${HEAD}{"wireVersion":"1.0","config":{"id":"b"}}`,
  'a number for a text': `${HEAD}{"wireVersion":"1.0","config":{"id":"a","token":12345}}`,
  'an authentication that is no object': `${HEAD}{"wireVersion":"1.0","config":{"id":"a","authentication":null}}`,
};

describe.each(Object.entries(RECORDS))('a record of %s', (_name, record) => {
  beforeEach(() => server.client.hSet(key, 'c:a', record));

  test('is reported with its key and field, and left as it is', async () => {
    const before = await contentOf(server.client, prefix);
    const expected = {
      name: 'A2ARedisError',
      code: 'CORRUPT_RECORD',
      message: UNREADABLE,
      detail: expect.stringContaining(`Field "c:a" of key ${JSON.stringify(key)} `),
    };
    await expect(store.load('task', CONTEXT)).rejects.toMatchObject(expected);
    await expect(store.loadWithMetadata('task', CONTEXT)).rejects.toMatchObject(expected);
    expect(await contentOf(server.client, prefix)).toStrictEqual(before);
    expect(await store.load('other', CONTEXT)).toStrictEqual([configOf('a')]);
  });

  test('can be deleted', async () => {
    await store.delete('task', CONTEXT, 'a');
    expect(await store.load('task', CONTEXT)).toStrictEqual([configOf('b')]);
  });

  test('can be deleted with the others', async () => {
    await store.delete('task', CONTEXT);
    expect(await server.client.exists(key)).toBe(0);
  });

  test('can be saved anew', async () => {
    await store.save('task', CONTEXT, configOf('a'));
    expect(await store.load('task', CONTEXT)).toStrictEqual([configOf('b'), configOf('a')]);
  });
});

test('an error about a record does not quote it', async () => {
  await server.client.hSet(key, 'c:a', `${HEAD}{"token":"s3cret" "`);
  const error: unknown = await store.load('task', CONTEXT).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'CORRUPT_RECORD' });
  expect(inspect(error)).not.toContain('s3cret');
});

describe.each([
  ['missing', undefined],
  ['not a number', 'many'],
  ['zero', '0'],
  ['negative', '-5'],
  ['too long to be exact', '9'.repeat(16)],
])('a counter that is %s', (_name, counter) => {
  beforeEach(async () => {
    await (counter === undefined
      ? server.client.hDel(key, 'seq')
      : server.client.hSet(key, 'seq', counter));
  });

  test('is reported, and neither read past nor counted on', async () => {
    const before = await contentOf(server.client, prefix);
    const expected = {
      code: 'CORRUPT_RECORD',
      message: UNREADABLE,
      detail: expect.stringContaining(`Field "seq" of key ${JSON.stringify(key)} `),
    };
    await expect(store.load('task', CONTEXT)).rejects.toMatchObject(expected);
    await expect(store.save('task', CONTEXT, configOf('c'))).rejects.toMatchObject(expected);
    await expect(store.save('task', CONTEXT, configOf('a'))).rejects.toMatchObject(expected);
    expect(await contentOf(server.client, prefix)).toStrictEqual(before);
  });

  test('goes with the last config', async () => {
    for (const id of ['a', 'b']) await store.delete('task', CONTEXT, id);
    expect(await server.client.exists(key)).toBe(0);
  });
});

test('a field of something else is reported', async () => {
  await server.client.hSet(key, 'note', 'mine');
  await expect(store.load('task', CONTEXT)).rejects.toMatchObject({
    code: 'CORRUPT_RECORD',
    message: UNREADABLE,
    detail: expect.stringContaining(`Field "note" of key ${JSON.stringify(key)} `),
  });
});

test('a key of another type is reported, left as it is, and removed only with all configs', async () => {
  await server.client.set(key, 'a string');
  const expected = {
    code: 'CORRUPT_RECORD',
    message: UNREADABLE,
    detail: `Key ${JSON.stringify(key)} does not hold a hash.`,
  };
  await expect(store.load('task', CONTEXT)).rejects.toMatchObject(expected);
  await expect(store.save('task', CONTEXT, configOf('a'))).rejects.toMatchObject(expected);
  await expect(store.delete('task', CONTEXT, 'a')).rejects.toMatchObject(expected);
  expect(await server.client.get(key)).toBe('a string');

  await store.delete('task', CONTEXT);
  await store.save('task', CONTEXT, configOf('a'));
  expect(await store.load('task', CONTEXT)).toStrictEqual([configOf('a')]);
});
