import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';

import { systemRuntime } from '@a2a-redis/core/shared';
import { describe, expect, test } from 'vitest';

import { ConfigCipher } from './config-cipher.ts';

const KEY = { id: 'k1', key: randomBytes(32) };
const cipher = new ConfigCipher(systemRuntime, { keys: [KEY] });

describe('sealing', () => {
  test('a sealed text opens with its binding', () => {
    const sealed = cipher.seal('text 🦀', ['a', 'b']);
    expect(cipher.open(sealed, ['a', 'b'])).toBe('text 🦀');
  });

  test('two seals of one text share nothing', () => {
    const [one, other] = [cipher.seal('text', []), cipher.seal('text', [])];
    expect(one.data).not.toBe(other.data);
    expect(one.data.slice(0, 16)).not.toBe(other.data.slice(0, 16));
  });

  test.each([
    [['ab', '']],
    [['', 'ab']],
    [['a', 'b', '']],
    [['a,b']],
    [['b', 'a']],
    [['a\0\0\0\u0001b']],
    [[]],
  ])('a text bound to a and b does not open as bound to %j', (binding) => {
    expect(cipher.open(cipher.seal('text', ['a', 'b']), binding)).toBeUndefined();
  });

  test('a change of any character shows', () => {
    const { keyId, data } = cipher.seal('text', ['a']);
    for (const [index, character] of data.split('').entries()) {
      for (const other of ['A', 'B', '_', '=', ' '].filter((each) => each !== character)) {
        const altered = data.slice(0, index) + other + data.slice(index + 1);
        expect(cipher.open({ keyId, data: altered }, ['a'])).toBeUndefined();
      }
    }
  });

  test('a missing or an additional end shows', () => {
    const { keyId, data } = cipher.seal('text', ['a']);
    for (let length = 0; length < data.length; length += 1) {
      expect(cipher.open({ keyId, data: data.slice(0, length) }, ['a'])).toBeUndefined();
    }
    for (const end of ['=', 'A', 'AAAA', ' ', '\n']) {
      expect(cipher.open({ keyId, data: data + end }, ['a'])).toBeUndefined();
    }
  });

  test('a text names its key', () => {
    const { data } = cipher.seal('text', []);
    expect(cipher.knows('k1')).toBe(true);
    expect(cipher.knows('k2')).toBe(false);
    expect(cipher.open({ keyId: 'k2', data }, [])).toBeUndefined();
    const renamed = new ConfigCipher(systemRuntime, { keys: [{ ...KEY, id: 'k2' }] });
    expect(renamed.open({ keyId: 'k2', data }, [])).toBeUndefined();
  });
});

describe('keys', () => {
  test.each([
    ['bytes', KEY.key],
    ['a plain Uint8Array', new Uint8Array(KEY.key)],
    ['base64', KEY.key.toString('base64')],
    ['base64 without padding', KEY.key.toString('base64').replace('=', '')],
    ['base64url', KEY.key.toString('base64url')],
  ])('can be given as %s', (_name, key) => {
    const other = new ConfigCipher(systemRuntime, { keys: [{ id: 'k1', key }] });
    expect(other.open(cipher.seal('text', []), [])).toBe('text');
  });

  test('are copied', () => {
    const key = new Uint8Array(KEY.key);
    const other = new ConfigCipher(systemRuntime, { keys: [{ id: 'k1', key }] });
    key.fill(0);
    expect(other.open(cipher.seal('text', []), [])).toBe('text');
  });

  const tooShort = randomBytes(31);
  const WRONG: readonly (readonly [string, unknown, string])[] = [
    ['nothing', null, 'encryption.keys'],
    ['no list', {}, 'encryption.keys'],
    ['an empty list', { keys: [] }, 'encryption.keys'],
    ['no key', { keys: [null] }, 'encryption.keys[0]'],
    ['no id', { keys: [{ key: KEY.key }] }, 'encryption.keys[0].id'],
    ['an empty id', { keys: [{ id: '', key: KEY.key }] }, 'encryption.keys[0].id'],
    ['a numeric id', { keys: [{ id: 1, key: KEY.key }] }, 'encryption.keys[0].id'],
    [
      'an id that is not Unicode',
      { keys: [{ id: '\uD800', key: KEY.key }] },
      'encryption.keys[0].id',
    ],
    ['an id twice', { keys: [KEY, KEY] }, 'encryption.keys[1].id'],
    ['no key bytes', { keys: [{ id: 'k1' }] }, 'encryption.keys[0].key'],
    ['31 bytes', { keys: [KEY, { id: 'k2', key: tooShort }] }, 'encryption.keys[1].key'],
    ['33 bytes', { keys: [{ id: 'k2', key: randomBytes(33) }] }, 'encryption.keys[0].key'],
    [
      'base64 of 31 bytes',
      { keys: [{ id: 'k2', key: tooShort.toString('base64') }] },
      'encryption.keys[0].key',
    ],
    ['hex', { keys: [{ id: 'k2', key: KEY.key.toString('hex') }] }, 'encryption.keys[0].key'],
    ['a password', { keys: [{ id: 'k2', key: 'p4ssword' }] }, 'encryption.keys[0].key'],
  ];

  test.each(WRONG)('%s is refused by name, and not quoted', (_name, encryption, option) => {
    let refusal: unknown;
    try {
      Reflect.construct(ConfigCipher, [systemRuntime, encryption]);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ name: 'A2ARedisError', code: 'INVALID_OPTION' });
    expect(String(refusal)).toContain(`Option "${option}" `);
    expect(inspect(refusal)).not.toContain('p4ssword');
  });
});
