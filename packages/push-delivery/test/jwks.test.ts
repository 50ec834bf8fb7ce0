import { createHash } from 'node:crypto';

import express from 'express';
import {
  createRemoteJWKSet,
  decodeProtectedHeader,
  type JWK,
  jwtVerify,
  type JWTVerifyResult,
} from 'jose';
import { describe, expect, test } from 'vitest';

import { webhookJwksHandler } from '../src/index.ts';
import { WebhookSigner } from '../src/signing/webhook-signer.ts';
import { listen } from './receiver.ts';
import { attemptOf, configOf, newKey } from './signing-fixtures.ts';
import { createServer } from 'node:http';

const ISSUER = 'https://agent.example';
const AUDIENCE = 'https://client.example/hook';

/** A receiver that finds the agent's keys at its JWKS endpoint. */
async function receiverOf(
  keys: readonly JWK[],
): Promise<(token: string) => Promise<JWTVerifyResult>> {
  const app = express();
  app.all('/.well-known/jwks.json', webhookJwksHandler(keys));
  const { port } = await listen(createServer(app));
  const found = createRemoteJWKSet(new URL(`http://127.0.0.1:${port}/.well-known/jwks.json`));
  return async (token) =>
    jwtVerify(token, found, {
      issuer: ISSUER,
      audience: AUDIENCE,
      currentDate: new Date(attemptOf().timestampSeconds * 1000),
    });
}

async function tokenOf(keys: readonly JWK[], attempt = attemptOf()): Promise<string> {
  const signer = new WebhookSigner({ jwt: { issuer: ISSUER, keys } }, 'signing.');
  const { authorization = '' } = await signer.headersOf(attempt);
  return authorization.replace(/^Bearer /u, '');
}

describe('a JWT', () => {
  test.each(['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256', 'PS256'])(
    'of a key for %s says who sends what to whom, and when',
    async (alg) => {
      const keys = [await newKey('k1', alg)];
      const verify = await receiverOf(keys);
      const { payload, protectedHeader } = await verify(await tokenOf(keys));
      expect(protectedHeader).toStrictEqual({ alg, kid: 'k1', typ: 'JWT' });
      expect(payload).toStrictEqual({
        iss: ISSUER,
        aud: AUDIENCE,
        iat: 1_767_225_600,
        exp: 1_767_225_900,
        jti: 'w1',
        taskId: 'task',
        request_body_sha256: createHash('sha256').update('{"a":"ü"}').digest('hex'),
      });
    },
  );

  test('for another receiver, of another agent, or of another time is none', async () => {
    const keys = [await newKey('k1')];
    const verify = await receiverOf(keys);
    const config = configOf({ url: 'https://other.example/hook' });
    await expect(verify(await tokenOf(keys, attemptOf({ config })))).rejects.toThrow('"aud"');
    await expect(verify(await tokenOf([await newKey('k1')]))).rejects.toThrow('signature');
    const early = attemptOf({ timestampSeconds: attemptOf().timestampSeconds - 301 });
    await expect(verify(await tokenOf(keys, early))).rejects.toThrow('"exp"');
  });

  test('may name another audience, and live longer', async () => {
    const keys = [await newKey('k1')];
    const audience = ({ taskId }: { taskId: string }): string => `receiver of ${taskId}`;
    const jwt = { issuer: ISSUER, keys, audience, lifetimeSeconds: 60 };
    const headers = await new WebhookSigner({ jwt }, 'signing.').headersOf(attemptOf());
    const [, payload = ''] = (headers['authorization'] ?? '').split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      aud: 'receiver of task',
      exp: 1_767_225_660,
    });
  });
});

describe('a change of keys', () => {
  test('is never seen by receivers', async () => {
    const [old, next] = [await newKey('old'), await newKey('next', 'EdDSA')];
    // What the agent has at each step; a receiver may have the keys of the step before.
    const steps: readonly (readonly JWK[])[] = [[old], [old, next], [next, old], [next]];
    const kids: unknown[] = [];
    for (const [step, keys] of steps.entries()) {
      const token = await tokenOf(keys);
      kids.push(decodeProtectedHeader(token).kid);
      const kept = [steps[Math.max(0, step - 1)], keys];
      for (const known of kept) {
        const verify = await receiverOf(known ?? []);
        await expect(verify(token)).resolves.toMatchObject({ payload: { jti: 'w1' } });
      }
    }
    expect(kids).toEqual(['old', 'old', 'next', 'next']);
  });
});

describe('the endpoint', () => {
  test('answers with public keys alone, and how long they may be kept', async () => {
    const keys = [await newKey('k1'), await newKey('k2', 'RS256')];
    const { port } = await listen(createServer(webhookJwksHandler(keys)));
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/jwk-set+json');
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    const [ec, rsa] = keys;
    expect(await response.json()).toStrictEqual({
      keys: [
        {
          kty: 'EC',
          crv: 'P-256',
          x: ec?.['x'],
          y: ec?.['y'],
          kid: 'k1',
          alg: 'ES256',
          use: 'sig',
        },
        { kty: 'RSA', n: rsa?.['n'], e: 'AQAB', kid: 'k2', alg: 'RS256', use: 'sig' },
      ],
    });
  });

  test('answers HEAD without a body, and no other method', async () => {
    const { port } = await listen(createServer(webhookJwksHandler([await newKey('k1')])));
    const head = await fetch(`http://127.0.0.1:${port}/`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const post = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('is not made of keys that are no good', () => {
    expect(() => webhookJwksHandler([])).toThrow('Option "keys"');
  });
});
