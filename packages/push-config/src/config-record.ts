import type { StoredPushNotificationConfig } from '@a2a-js/sdk/server';
import type { A2ARedisError, A2ARedisErrorCode } from '@a2a-redis/core';
import { abbreviate, type Runtime } from '@a2a-redis/core/shared';

import type { ConfigCipher } from './config-cipher.ts';
import { decodeConfig, encodeConfig } from './config-codec.ts';
import { configField, type ConfigPlace } from './config-key.ts';
import { fieldFault } from './field-fault.ts';

const PLAIN = 'json';
const ENCRYPTED = 'aes256gcm';

/** `<sequence>@<moment of registration>:<format>:<call id or key id>:<data>`; the moment only for who delivers. */
const RECORD = /^([1-9]\d{0,14})(?:@\d{1,15})?:(json|aes256gcm):([^:]+):(.*)$/s;

/** A config with the place that its last save has among the saves of its task. */
export interface SequencedConfig {
  readonly sequence: number;
  readonly stored: StoredPushNotificationConfig;
}

/**
 * Writes what follows a record's sequence number. No two calls write the same, also for one config,
 * so that a script can tell its own repetition from another save.
 */
export function encodeRecordBody(
  runtime: Runtime,
  stored: StoredPushNotificationConfig,
  place: ConfigPlace,
  cipher: ConfigCipher | undefined,
): string {
  const text = encodeConfig(stored);
  if (cipher === undefined) return `${PLAIN}:${runtime.randomUUID()}:${text}`;
  const { keyId, data } = cipher.seal(text, bindingOf(place));
  return `${ENCRYPTED}:${keyId}:${data}`;
}

/**
 * Reads a record: what {@link encodeRecordBody} wrote, behind its sequence number.
 *
 * @throws {A2ARedisError} `CORRUPT_RECORD`, `PLAINTEXT_RECORD`, `ENCRYPTION_KEY_UNKNOWN` or
 *   `DECRYPTION_FAILED`, naming the key and the field.
 */
export function decodeRecord(
  record: string,
  place: ConfigPlace,
  cipher: ConfigCipher | undefined,
): SequencedConfig {
  const [, sequence, format, id, data] = RECORD.exec(record) ?? [];
  if (sequence === undefined || id === undefined || data === undefined) {
    throw corrupt(place, 'has no sequence number or no known format');
  }
  const text = format === PLAIN ? plainText(data, place, cipher) : decrypt(id, data, place, cipher);
  const stored = decodeConfig(text);
  if (typeof stored === 'string') throw corrupt(place, stored);
  if (stored.config.id !== place.configId) throw corrupt(place, 'holds the config of another id');
  return { sequence: Number(sequence), stored };
}

function plainText(data: string, place: ConfigPlace, cipher: ConfigCipher | undefined): string {
  if (cipher === undefined) return data;
  throw fault('PLAINTEXT_RECORD', place, 'is not encrypted, and option "encryption" is set');
}

function decrypt(
  keyId: string,
  data: string,
  place: ConfigPlace,
  cipher: ConfigCipher | undefined,
): string {
  if (cipher?.knows(keyId) !== true) {
    const named = abbreviate(keyId);
    throw fault(
      'ENCRYPTION_KEY_UNKNOWN',
      place,
      `is encrypted with key ${named}, which option "encryption" does not hold`,
    );
  }
  const text = cipher.open({ keyId, data }, bindingOf(place));
  if (text !== undefined) return text;
  throw fault(
    'DECRYPTION_FAILED',
    place,
    'is not what was encrypted for it: altered, moved, or another key under the same id',
  );
}

/** What an encrypted config is bound to: moved to another place, it cannot be decrypted. */
function bindingOf({ prefix, scope, taskId, configId }: ConfigPlace): readonly string[] {
  return ['a2a-redis/push-config', ENCRYPTED, prefix, scope.tenant, scope.owner, taskId, configId];
}

function corrupt(place: ConfigPlace, problem: string): A2ARedisError {
  return fault('CORRUPT_RECORD', place, problem);
}

function fault(code: A2ARedisErrorCode, place: ConfigPlace, problem: string): A2ARedisError {
  return fieldFault(code, place, configField(place.configId), problem);
}
