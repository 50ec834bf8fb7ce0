import { Webhook } from 'standardwebhooks';
import { describe, expect, test, vi } from 'vitest';

import { attemptOf, configOf, newKey, newSecret } from '../../test/signing-fixtures.ts';
import {
  type WebhookSecretsOf,
  WebhookSigner,
  type WebhookSigningOptions,
} from './webhook-signer.ts';

function signerOf(options: WebhookSigningOptions = {}): WebhookSigner {
  return new WebhookSigner(options, 'signing.');
}

test('without secrets and keys, a webhook has its id and the time of the attempt', async () => {
  expect(await signerOf().headersOf(attemptOf())).toStrictEqual({
    'webhook-id': 'w1',
    'webhook-timestamp': '1767225600',
  });
});

describe('secrets', () => {
  /** Now: the library refuses what is old. */
  const attempt = attemptOf({ timestampSeconds: Math.floor(Date.now() / 1000) });

  test('make what the library of Standard Webhooks verifies', async () => {
    const secret = newSecret();
    const headers = await signerOf({ secrets: [secret] }).headersOf(attempt);
    expect(new Webhook(secret).verify(attempt.body, { ...headers })).toEqual({ a: 'ü' });
    expect(() => new Webhook(newSecret()).verify(attempt.body, { ...headers })).toThrow(
      'No matching signature found',
    );
    expect(() => new Webhook(secret).verify('{"a":"o"}', { ...headers })).toThrow(
      'No matching signature found',
    );
    expect(() =>
      new Webhook(secret).verify(attempt.body, { ...headers, 'webhook-id': 'w2' }),
    ).toThrow('No matching signature found');
  });

  test('that are changed are verified by who has the old and who has the new', async () => {
    const [old, next] = [newSecret(), newSecret()];
    const headers = await signerOf({ secrets: [next, old] }).headersOf(attempt);
    for (const secret of [old, next]) {
      expect(new Webhook(secret).verify(attempt.body, { ...headers })).toEqual({ a: 'ü' });
    }
  });

  test('may be those of a config and its tenant', async () => {
    const secret = newSecret();
    const secrets = vi.fn<WebhookSecretsOf>(async () => [secret]);
    const headers = await signerOf({ secrets }).headersOf(attempt);
    expect(new Webhook(secret).verify(attempt.body, { ...headers })).toEqual({ a: 'ü' });
    expect(secrets).toHaveBeenCalledExactlyOnceWith(attempt.config, attempt.scope);
  });

  test('may be none for a config', async () => {
    const headers = await signerOf({ secrets: () => [] }).headersOf(attempt);
    expect(headers).not.toHaveProperty('webhook-signature');
  });

  test('that are found and are no good fail the attempt, by name', async () => {
    const signer = signerOf({ secrets: () => [newSecret(), 'p4ssword'] });
    const refusal = expect.objectContaining({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('"signing.secrets[1]"'),
    });
    await expect(signer.headersOf(attempt)).rejects.toThrow(refusal);
    const failing = signerOf({ secrets: async () => Promise.reject(new Error('vault is down')) });
    await expect(failing.headersOf(attempt)).rejects.toThrow('vault is down');
  });
});

describe('JWTs', () => {
  test.each([
    ['a config without authentication', undefined],
    ['a config that asks for one', { scheme: 'bearer', credentials: '' }],
    ['a config without a scheme', { scheme: '', credentials: '' }],
  ])('are sent to %s', async (_name, authentication) => {
    const signer = signerOf({ jwt: { issuer: 'i', keys: [await newKey('k1')] } });
    const config = configOf({ authentication, token: 't0k' });
    expect(await signer.headersOf(attemptOf({ config }))).toHaveProperty(
      'authorization',
      expect.stringMatching(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/u),
    );
  });

  test.each([
    { scheme: 'Bearer', credentials: 'cr3d' },
    { scheme: 'Basic', credentials: '' },
    { scheme: '', credentials: 'cr3d' },
  ])('are not sent to a config with %j', async (authentication) => {
    const signer = signerOf({ jwt: { issuer: 'i', keys: [await newKey('k1')] } });
    const headers = await signer.headersOf(attemptOf({ config: configOf({ authentication }) }));
    expect(headers).not.toHaveProperty('authorization');
  });
});

test.each(['', 'a.b', 'a b', 'a\n', 'ü', 'a:b'])('the id %j is not signed', async (id) => {
  await expect(signerOf().headersOf(attemptOf({ id }))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
});

test.each([
  ['signing.secrets', { secrets: newSecret() }],
  ['signing.secrets[0]', { secrets: ['p4ssword'] }],
  ['signing.secrets[1]', { secrets: [newSecret(), ''] }],
  ['signing.jwt.keys', { jwt: { issuer: 'i', keys: [] } }],
  ['signing.jwt', { jwt: 'key' }],
  ['signing.secret', { secret: newSecret() }],
])('%s is refused by name', (name, options) => {
  expect(() => Reflect.construct(WebhookSigner, [options, 'signing.'])).toThrow(`Option "${name}"`);
});
