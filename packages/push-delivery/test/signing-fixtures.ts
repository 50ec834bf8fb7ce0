import { randomBytes } from 'node:crypto';

import type { TaskPushNotificationConfig } from '@a2a-js/sdk';
import { exportJWK, generateKeyPair, type JWK } from 'jose';

import type { SignedAttempt } from '../src/signing/webhook-signer.ts';

/** A config of task `task`. */
export function configOf(
  fields: Partial<TaskPushNotificationConfig> = {},
): TaskPushNotificationConfig {
  return {
    tenant: '',
    id: 'config',
    taskId: 'task',
    url: 'https://client.example/hook?key=s3cret',
    token: '',
    authentication: undefined,
    ...fields,
  };
}

/** An attempt of 2026. */
export function attemptOf(fields: Partial<SignedAttempt> = {}): SignedAttempt {
  return {
    id: 'w1',
    timestampSeconds: 1_767_225_600,
    body: '{"a":"ü"}',
    config: configOf(),
    scope: { tenant: 'acme', owner: 'ann' },
    ...fields,
  };
}

/** A secret of Standard Webhooks. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** A private JWK. */
export async function newKey(kid: string, alg = 'ES256'): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg };
}
