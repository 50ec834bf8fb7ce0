import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { isUint8Array } from 'node:util/types';

import { invalidOption, isRecord, type Runtime } from '@a2a-redis/core/shared';

import type { PushConfigEncryption } from './options.ts';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
/** The nonce length that GCM is defined for; NIST SP 800-38D, 8.2.2, allows random ones. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** 32 bytes in base64 or base64url, with or without padding. */
const BASE64_KEY = /^[A-Za-z0-9+/_-]{43}=?$/;

/** A text that only a holder of the key can read or make. */
export interface SealedText {
  /** The id of the key, percent-encoded. */
  readonly keyId: string;
  /** Nonce, ciphertext and tag, in base64url. */
  readonly data: string;
}

/** Encrypts texts with AES-256-GCM, each bound to where it is stored. */
export class ConfigCipher {
  readonly #runtime: Runtime;
  readonly #keys: ReadonlyMap<string, KeyObject>;
  readonly #current: readonly [keyId: string, key: KeyObject];

  /**
   * @param runtime Where the nonces come from.
   * @param encryption The first key encrypts; all of them decrypt.
   * @throws {A2ARedisError} `INVALID_OPTION`, naming the option and never its value.
   */
  constructor(runtime: Runtime, encryption: PushConfigEncryption) {
    const keys = readKeys(encryption);
    const [current] = keys;
    if (current === undefined) throw invalidOption('encryption.keys', 'must hold at least one key');
    this.#runtime = runtime;
    this.#keys = keys;
    this.#current = current;
  }

  /** @param binding What {@link open} must be given too. */
  seal(text: string, binding: readonly string[]): SealedText {
    const [keyId, key] = this.#current;
    const nonce = this.#runtime.randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(joinUnambiguously([keyId, ...binding]));
    const parts = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return { keyId, data: Buffer.concat(parts).toString('base64url') };
  }

  /** Whether a text sealed with this key can be opened. */
  knows(keyId: string): boolean {
    return this.#keys.has(keyId);
  }

  /** @returns `undefined` when this is not what {@link seal} made with the same key and binding. */
  open({ keyId, data }: SealedText, binding: readonly string[]): string | undefined {
    const key = this.#keys.get(keyId);
    const bytes = Buffer.from(data, 'base64url');
    // Decoding ignores what is not base64url, which would let altered records pass.
    const canonical = bytes.toString('base64url') === data;
    if (key === undefined || !canonical || bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(joinUnambiguously([keyId, ...binding]));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const ciphertext = bytes.subarray(NONCE_BYTES, -TAG_BYTES);
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
    } catch {
      return undefined;
    }
  }
}

/** Each part behind its length in bytes, so that no two lists of parts are joined to the same. */
function joinUnambiguously(parts: readonly string[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** Trusts no type: whoever has none must not end up without encryption. */
function readKeys(encryption: Partial<PushConfigEncryption> | null): Map<string, KeyObject> {
  const keys: unknown = encryption?.keys;
  if (!Array.isArray(keys)) throw invalidOption('encryption.keys', 'must be an array');
  const byId = new Map<string, KeyObject>();
  const entries: readonly unknown[] = keys;
  for (const [index, entry] of entries.entries()) {
    const name = `encryption.keys[${index}]`;
    if (!isRecord(entry)) throw invalidOption(name, 'must be an object');
    const { id, key } = entry;
    if (typeof id !== 'string' || id === '' || !id.isWellFormed()) {
      throw invalidOption(`${name}.id`, 'must be a non-empty string of well-formed Unicode');
    }
    // Percent-encoded, so that it cannot hold the separator of the record that it stands in.
    const keyId = encodeURIComponent(id);
    if (byId.has(keyId)) throw invalidOption(`${name}.id`, 'is the id of an earlier key too');
    byId.set(keyId, readKey(`${name}.key`, key));
  }
  return byId;
}

function readKey(name: string, key: unknown): KeyObject {
  if (typeof key === 'string' && BASE64_KEY.test(key)) return createSecretKey(key, 'base64');
  if (isUint8Array(key) && key.length === KEY_BYTES) return createSecretKey(key);
  throw invalidOption(name, `must be ${KEY_BYTES} bytes, as a Uint8Array or in base64`);
}
