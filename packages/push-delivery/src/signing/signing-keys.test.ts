import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';

import type { JWK } from 'jose';
import { expect, test } from 'vitest';

import { newKey } from '../../test/signing-fixtures.ts';
import { readSigningKeys } from './signing-keys.ts';

const PRIVATE = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth']);

test.each(['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256', 'PS512'])(
  'of a key for %s, nothing private is made public',
  async (alg) => {
    const jwk = await newKey('k1', alg);
    const noted = { ...jwk, note: 'p4ssword' };
    const [{ publicJwk, ...key }] = readSigningKeys([noted], 'keys');
    expect(key).toMatchObject({ kid: 'k1', alg });
    const expected = Object.entries(jwk).filter(([name]) => !PRIVATE.has(name));
    expect(publicJwk).toStrictEqual({ ...Object.fromEntries(expected), use: 'sig' });
    expect(jwk['d']).toEqual(expect.any(String));
    expect(JSON.stringify(publicJwk)).not.toContain(jwk['d']);
  },
);

test.each([
  ['ES256', 'ES256'],
  ['ES512', 'ES512'],
  ['EdDSA', 'EdDSA'],
  ['PS256', 'RS256'],
])('a key for %s that names no algorithm is used for %s', async (alg, usual) => {
  const { alg: _alg, ...jwk } = await newKey('k1', alg);
  const [key] = readSigningKeys([jwk], 'keys');
  expect([key.alg, key.publicJwk.alg]).toEqual([usual, usual]);
});

test('keys that are no good are refused by place, and not quoted', async () => {
  const good = await newKey('k1');
  const { d: _d, ...publicHalf } = good;
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const wrong: readonly (readonly [string, unknown])[] = [
    ['keys', undefined],
    ['keys', good],
    ['keys', []],
    ['keys[0]', ['p4ssword']],
    ['keys[0].kid', [{ ...good, kid: undefined }]],
    ['keys[0].kid', [{ ...good, kid: '' }]],
    ['keys[1].kid', [good, await newKey('k1')]],
    ['keys[0]', [{ ...good, kty: 'oct', crv: undefined, k: 'p4ssword' }]],
    ['keys[0]', [{ ...good, crv: 'secp256k1' }]],
    ['keys[0].alg', [{ ...good, alg: 'none' }]],
    ['keys[0].alg', [{ ...good, alg: 'HS256' }]],
    ['keys[0].alg', [{ ...good, alg: 'RS256' }]],
    ['keys[0]', [publicHalf]],
    ['keys[0]', [{ ...good, d: 'p4ssword' }]],
    ['keys[0]', [{ ...good, d: (await newKey('other')).d }]],
    ['keys[0]', [{ ...good, x: 5 }]],
    ['keys[0]', [{ ...small.export({ format: 'jwk' }), kid: 'k1' }]],
  ];
  for (const [name, keys] of wrong) {
    let refusal: unknown = `${name} is taken`;
    try {
      Reflect.apply(readSigningKeys, undefined, [keys, 'keys']);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ code: 'INVALID_OPTION' });
    expect(String(refusal)).toContain(`Option "${name}"`);
    expect(inspect(refusal)).not.toContain('p4ssword');
  }
});

test('of an Ed25519 key, the public half is what the private one makes it', async () => {
  const [jwk, other] = [await newKey('k1', 'EdDSA'), await newKey('k2', 'EdDSA')];
  const [{ publicJwk }] = readSigningKeys([{ ...jwk, x: other.x ?? '' }], 'keys');
  expect(publicJwk.x).toBe(jwk.x);
});

test('the first key signs; all are kept', async () => {
  const keys: readonly JWK[] = [await newKey('new'), await newKey('old', 'RS256')];
  expect(readSigningKeys(keys, 'keys').map(({ kid }) => kid)).toEqual(['new', 'old']);
});
