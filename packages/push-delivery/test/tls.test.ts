import { beforeAll, expect, test, vi } from 'vitest';

import { type Certificate, makeCertificate } from './certificates.ts';
import { posterOf, unlimited, webhookTo } from './posters.ts';
import { startReceiver } from './receiver.ts';

let ours: Certificate;
let ofAnother: Certificate;

beforeAll(async () => {
  [ours, ofAnother] = await Promise.all([
    makeCertificate('IP:127.0.0.1'),
    makeCertificate('DNS:other.example'),
  ]);
});

test('a webhook goes over TLS, to whom a trusted certificate names', async () => {
  const receiver = await startReceiver(undefined, { certificate: ours });
  const poster = posterOf({ ca: [ofAnother.cert, ours.cert] });
  expect(await poster.post(webhookTo(receiver.origin), unlimited())).toStrictEqual({
    kind: 'delivered',
    status: 200,
  });
  expect(receiver.received).toHaveLength(1);
});

test('a certificate that nobody vouches for is tried again, and told nothing', async () => {
  const receiver = await startReceiver(undefined, { certificate: ours });
  expect(await posterOf().post(webhookTo(receiver.origin), unlimited())).toStrictEqual({
    kind: 'retry',
    reason: 'The connection failed (DEPTH_ZERO_SELF_SIGNED_CERT).',
  });
  expect(receiver.received).toEqual([]);
});

test('a certificate of another host is tried again, and told nothing', async () => {
  const receiver = await startReceiver(undefined, { certificate: ofAnother });
  const poster = posterOf({ ca: [ofAnother.cert] });
  expect(await poster.post(webhookTo(receiver.origin), unlimited())).toStrictEqual({
    kind: 'retry',
    reason: 'The connection failed (ERR_TLS_CERT_ALTNAME_INVALID).',
  });
  expect(receiver.received).toEqual([]);
});

test('no variable of the environment lets a certificate pass', async () => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  const receiver = await startReceiver(undefined, { certificate: ours });
  const answer = await posterOf().post(webhookTo(receiver.origin), unlimited());
  vi.unstubAllEnvs();
  expect([answer.kind, receiver.received.length]).toEqual(['retry', 0]);
});

test('what does not speak TLS is tried again', async () => {
  const receiver = await startReceiver();
  const url = receiver.origin.replace('http:', 'https:');
  expect(await posterOf().post(webhookTo(url), unlimited())).toMatchObject({
    kind: 'retry',
    reason: expect.stringMatching(/^The connection failed \([A-Z_0-9]+\)\.$/u),
  });
});
