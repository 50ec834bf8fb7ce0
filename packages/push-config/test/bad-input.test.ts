import { type PushNotificationStore, ServerCallContext } from '@a2a-js/sdk/server';
import { createClient } from 'redis';
import { describe, expect, test } from 'vitest';

import { RedisPushNotificationConfigStore } from '../src/index.ts';
import { configOf, CONTEXT } from './support.ts';

// A client that is not connected: whatever reached it would fail with CLIENT_CLOSED instead.
const store = new RedisPushNotificationConfigStore(createClient());

/** A call as a caller without types can make it. */
async function call(method: keyof PushNotificationStore, ...args: unknown[]): Promise<unknown> {
  const implementation: unknown = Reflect.get(store, method);
  if (typeof implementation !== 'function') throw new TypeError(`No method ${method}.`);
  return Reflect.apply(implementation, store, args);
}

function refusal(named: string): object {
  return { code: 'INVALID_ARGUMENT', message: expect.stringContaining(named) };
}

test('input that is right reaches the client', async () => {
  await expect(store.load('task', CONTEXT)).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
});

describe.each([
  ['missing', undefined],
  ['null', null],
  ['empty', ''],
  ['a number', 12345],
  ['an object', {}],
  ['a lone surrogate', 'a\uD800'],
])('a task id that is %s', (_name, taskId) => {
  test('is refused by every method', async () => {
    const config = configOf('');
    const expected = refusal('The task id');
    await expect(call('save', taskId, CONTEXT, config)).rejects.toMatchObject(expected);
    await expect(call('load', taskId, CONTEXT)).rejects.toMatchObject(expected);
    await expect(call('loadWithMetadata', taskId, CONTEXT)).rejects.toMatchObject(expected);
    await expect(call('delete', taskId, CONTEXT)).rejects.toMatchObject(expected);
    expect(config.id).toBe('');
  });
});

describe('a config', () => {
  test.each([
    ['missing', undefined, 'is not an object'],
    ['null', null, 'is not an object'],
    ['a text', 'https://client.example', 'is not an object'],
    ['an array', [configOf('a')], 'is not an object'],
    ['of a numeric id', { ...configOf(''), id: 12345 }, '"id" that is not a string'],
    ['of a null id', { ...configOf(''), id: null }, '"id" that is not a string'],
    ['of a numeric token', { ...configOf('a'), token: 5 }, '"token" that is not a string'],
    ['of a null authentication', { ...configOf('a'), authentication: null }, '"authentication"'],
    [
      'of a numeric scheme',
      { ...configOf('a'), authentication: { scheme: 1, credentials: '' } },
      '"authentication.scheme"',
    ],
    ['of an id that is not Unicode', configOf('\uDC00'), 'The config id'],
  ])('that is %s is refused', async (_name, config, named) => {
    await expect(call('save', 'task', CONTEXT, config)).rejects.toMatchObject(refusal(named));
  });

  test('keeps the id that it was given when the call fails, for the call to be repeated', async () => {
    const config = configOf('');
    await expect(store.save('task', CONTEXT, config)).rejects.toMatchObject({
      code: 'CLIENT_CLOSED',
    });
    expect(config.id).toMatch(/^[0-9a-f-]{36}$/);
  });
});

test.each([
  ['null', null],
  ['a number', 12345],
  ['a lone surrogate', '\uD800'],
])('a config id to delete that is %s is refused', async (_name, configId) => {
  await expect(call('delete', 'task', CONTEXT, configId)).rejects.toMatchObject(
    refusal('The config id'),
  );
});

test('a tenant that is not Unicode is refused', async () => {
  const context = new ServerCallContext({ tenant: '\uD800' });
  await expect(store.load('task', context)).rejects.toMatchObject(refusal('tenant'));
});
