import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

import { invalidOption } from '@a2a-redis/core/shared';

const PREFIX = 'whsec_';
const LEAST_BYTES = 24;
const MOST_BYTES = 64;

/**
 * Reads a secret of Standard Webhooks.
 *
 * @param name The name of the option, for errors, which do not quote the secret.
 * @throws {A2ARedisError} `INVALID_OPTION`, naming the option.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme
 */
export function readSecret(secret: unknown, name: string): KeyObject {
  if (typeof secret !== 'string' || !secret.startsWith(PREFIX)) {
    throw invalidOption(name, `must be a text that begins with ${PREFIX}`);
  }
  const text = secret.slice(PREFIX.length);
  const bytes = Buffer.from(text, 'base64');
  // Node reads what it can, and skips the rest.
  if (bytes.toString('base64').replaceAll('=', '') !== text.replace(/={0,2}$/u, '')) {
    throw invalidOption(name, `must be in base64 after ${PREFIX}`);
  }
  if (bytes.length < LEAST_BYTES || bytes.length > MOST_BYTES) {
    throw invalidOption(
      name,
      `must hold ${LEAST_BYTES} to ${MOST_BYTES} bytes, and holds ${bytes.length}`,
    );
  }
  return createSecretKey(bytes);
}

/**
 * The header `webhook-signature`: one signature for each secret, so that a receiver that has one of them can verify.
 *
 * @param signed The id, the timestamp and the body of the webhook, with a full stop between them.
 */
export function signaturesOf(signed: string, secrets: readonly KeyObject[]): string {
  return secrets
    .map((secret) => `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`)
    .join(' ');
}
