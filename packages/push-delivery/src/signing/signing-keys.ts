import {
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

import { invalidOption, isRecord } from '@a2a-redis/core/shared';
import type { JWK } from 'jose';

/** A key for JWTs. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  /** What the world may know, and nothing else. */
  readonly publicJwk: JWK;
}

/** The algorithms of JWTs that each kind of key can do, the first of them in place of none. */
const ALGORITHMS: ReadonlyMap<string, readonly string[]> = new Map([
  ['P-256', ['ES256']],
  ['P-384', ['ES384']],
  ['P-521', ['ES512']],
  ['Ed25519', ['EdDSA', 'Ed25519']],
  ['RSA', ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
]);
const LEAST_RSA_BITS = 2048;

/**
 * Reads the keys by which JWTs are signed.
 *
 * @param keys Private JWKs, each with a `kid` of its own.
 * @param name The name of the option, for errors, which do not quote keys.
 * @throws {A2ARedisError} `INVALID_OPTION`, naming the key by its place.
 */
export function readSigningKeys(
  keys: readonly JWK[],
  name: string,
): readonly [SigningKey, ...SigningKey[]] {
  if (!Array.isArray(keys)) throw invalidOption(name, 'must be a list of private JWKs');
  const read = keys.map((key: unknown, index) => readKey(key, `${name}[${index}]`));
  const [first, ...others] = read;
  if (first === undefined) throw invalidOption(name, 'must hold at least one key');
  for (const [index, { kid }] of read.entries()) {
    if (read.findIndex((other) => other.kid === kid) < index) {
      throw invalidOption(`${name}[${index}].kid`, 'is that of another key');
    }
  }
  return [first, ...others];
}

function readKey(key: unknown, name: string): SigningKey {
  if (!isRecord(key)) throw invalidOption(name, 'must be a private JWK');
  const { kid, kty, crv } = key;
  if (typeof kid !== 'string' || kid === '') {
    throw invalidOption(`${name}.kid`, 'must be a non-empty string');
  }
  const kind = kty === 'RSA' ? kty : crv;
  const algorithms = typeof kind === 'string' ? ALGORITHMS.get(kind) : undefined;
  const [usual] = algorithms ?? [];
  if (algorithms === undefined || usual === undefined) {
    throw invalidOption(name, `must be a key of one of ${[...ALGORITHMS.keys()].join(', ')}`);
  }
  const { alg = usual } = key;
  if (typeof alg !== 'string' || !algorithms.includes(alg)) {
    throw invalidOption(`${name}.alg`, `must be one of ${algorithms.join(', ')}`);
  }
  const privateKey = privateKeyOf(key, name);
  // Derived from the key, not copied from what was given: nothing private can be left in it.
  const publicKey = createPublicKey(privateKey);
  if (!isPair(privateKey, publicKey)) {
    throw invalidOption(name, 'must be a private JWK, and its halves are not of one key');
  }
  const publicJwk = publicKey.export({ format: 'jwk' });
  return { kid, alg, privateKey, publicJwk: { ...publicMembers(publicJwk), kid, alg, use: 'sig' } };
}

function privateKeyOf(key: Readonly<Record<string, unknown>>, name: string): KeyObject {
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey({ key, format: 'jwk' });
  } catch {
    // The error underneath may quote the key.
    throw invalidOption(name, 'must be a private JWK, and cannot be read as one');
  }
  const bits = privateKey.asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && bits < LEAST_RSA_BITS) {
    throw invalidOption(name, `must have at least ${LEAST_RSA_BITS} bits, and has ${bits}`);
  }
  return privateKey;
}

/** Node takes the halves as they are given, and so would receivers that then verify nothing. */
function isPair(privateKey: KeyObject, publicKey: KeyObject): boolean {
  const data = Buffer.from('a2a-redis');
  const digest = privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  return verify(digest, data, publicKey, sign(digest, data, privateKey));
}

function publicMembers({ kty = '', crv, x, y, n, e }: JsonWebKey): JWK {
  const present = Object.entries({ crv, x, y, n, e }).filter(([, value]) => value !== undefined);
  return { kty, ...Object.fromEntries(present) };
}
