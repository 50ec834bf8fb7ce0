import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';

import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';

import { readSecret, signaturesOf } from './webhook-secret.ts';

function secretOf(bytes: number): string {
  return `whsec_${randomBytes(bytes).toString('base64')}`;
}

test("signatures are those of the standard's own library", () => {
  const secret = fc.uint8Array({ minLength: 24, maxLength: 64 });
  const second = fc.integer({ min: 0, max: 4_000_000_000 });
  fc.assert(
    fc.property(secret, second, fc.string({ unit: 'grapheme' }), (bytes, seconds, body) => {
      const text = `whsec_${Buffer.from(bytes).toString('base64')}`;
      const signed = `w1.${seconds}.${body}`;
      expect(signaturesOf(signed, [readSecret(text, 'secret')])).toBe(
        new Webhook(text).sign('w1', new Date(seconds * 1000), body),
      );
    }),
  );
});

test('there is one signature for each secret, with a space between', () => {
  const secrets = [secretOf(24), secretOf(64)].map((text) => readSecret(text, 'secret'));
  const signatures = signaturesOf('w1.0.{}', secrets).split(' ');
  expect(signatures).toEqual(secrets.map((secret) => signaturesOf('w1.0.{}', [secret])));
  expect(signatures).toEqual(secrets.map(() => expect.stringMatching(/^v1,[\w+/]{43}=$/u)));
});

test('padding may be left out', () => {
  const text = secretOf(25);
  const [padded, bare] = [text, text.replaceAll('=', '')].map((each) => readSecret(each, 'secret'));
  expect(bare?.export()).toEqual(padded?.export());
});

test.each([
  ['nothing', undefined, 'whsec_'],
  ['no text', 5, 'whsec_'],
  ['another kind of key', `whsk_${'p4ss'.repeat(8)}`, 'whsec_'],
  ['a password', 'p4ssword', 'whsec_'],
  ['nothing after the prefix', 'whsec_', '24 to 64 bytes, and holds 0'],
  ['23 bytes', secretOf(23), '24 to 64 bytes, and holds 23'],
  ['65 bytes', secretOf(65), '24 to 64 bytes, and holds 65'],
  ['base64url', `whsec_${Buffer.alloc(32, 0xff).toString('base64url')}`, 'base64'],
  ['a space in it', `whsec_${'p4ss'.repeat(4)} ${'p4ss'.repeat(4)}`, 'base64'],
  ['a line break after it', `${secretOf(32)}\n`, 'base64'],
  ['a password of its length', `whsec_${'p4ss-word!'.repeat(5)}`, 'base64'],
])('a secret that is %s is refused by name, and not quoted', (_name, secret, problem) => {
  let refusal: unknown;
  try {
    readSecret(secret, 'signing.secrets[0]');
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toMatchObject({ code: 'INVALID_OPTION' });
  expect(String(refusal)).toContain('Option "signing.secrets[0]"');
  expect(String(refusal)).toContain(problem);
  expect(inspect(refusal)).not.toContain('p4ss');
});
