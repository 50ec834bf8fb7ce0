import { createHash } from 'node:crypto';

import { A2ARedisError } from './errors.ts';
import { invalidOption } from './invalid-option.ts';

/** Longer segments are replaced by a digest, so that a 10 kB id does not make 10 kB keys. */
const LONGEST_PLAIN_SEGMENT = 128;
/** What most ids are made of: nothing to encode. */
const PLAIN_SEGMENT = /^[A-Za-z0-9_.@+-]*$/;

/**
 * Encodes a part of a key so that no two texts share an encoding and none holds a character with a
 * meaning in keys: `:` separates segments, `{` and `}` delimit a hash tag, `*`, `?`, `[`, `]` and
 * `\` are glob characters, `~` marks a digest.
 *
 * Common ids (UUIDs, names, e-mail addresses) stay as they are and can be read in `redis-cli`.
 */
export function keySegment(text: string): string {
  // An encoding is never shorter than its text: what is too long as it is need not be encoded to find that out.
  if (text.length <= LONGEST_PLAIN_SEGMENT) {
    if (PLAIN_SEGMENT.test(text)) return text;
    const encoded = text.replaceAll(/[^A-Za-z0-9_.@+-]/gu, percentEncode);
    if (encoded.length <= LONGEST_PLAIN_SEGMENT) return encoded;
  }
  return `~${createHash('sha256').update(text).digest('base64url')}`;
}

function percentEncode(character: string): string {
  let encoded = '';
  for (const byte of Buffer.from(character)) {
    encoded += `%${byte.toString(16).padStart(2, '0').toUpperCase()}`;
  }
  return encoded;
}

/**
 * Checks a key prefix.
 *
 * @throws {A2ARedisError} `INVALID_OPTION` when it is not a non-empty string, or holds a brace, which
 *   would move the hash tag and with it the guarantee that a task's keys share a slot.
 */
export function requirePrefix(prefix: unknown): string {
  if (typeof prefix !== 'string' || prefix === '') {
    throw invalidOption('prefix', `must be a non-empty string, not ${JSON.stringify(prefix)}`);
  }
  if (/[{}]/.test(prefix) || !prefix.isWellFormed()) {
    const found = JSON.stringify(prefix);
    throw invalidOption('prefix', `must not hold "{", "}" or a lone surrogate: ${found}`);
  }
  return prefix;
}

/**
 * Checks an id of a call.
 *
 * A lone surrogate has no UTF-8 form: two ids that differ only there would share a key.
 *
 * @param name What the id is called, for the message.
 * @throws {A2ARedisError} `INVALID_ARGUMENT`.
 */
export function requireId(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') {
    throw new A2ARedisError(
      'INVALID_ARGUMENT',
      `${name} must be a non-empty string, not ${describe(value)}.`,
    );
  }
  if (!value.isWellFormed()) {
    throw new A2ARedisError('INVALID_ARGUMENT', `${name} holds a lone surrogate.`);
  }
  return value;
}

function describe(value: unknown): string {
  return value === ''
    ? 'an empty one'
    : value === null
      ? 'null'
      : `a value of type ${typeof value}`;
}
