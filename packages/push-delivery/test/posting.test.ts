import { getEventListeners } from 'node:events';
import type { OutgoingHttpHeaders } from 'node:http';
import { createServer, type Socket } from 'node:net';

import { systemRuntime } from '@a2a-redis/core/shared';
import { describe, expect, test, vi } from 'vitest';

import type { WebhookAnswer } from '../src/posting/webhook-poster.ts';
import { LOOPBACK, posterOf, unlimited, webhookTo } from './posters.ts';
import { type Answer, listen, startReceiver } from './receiver.ts';

describe('a webhook', () => {
  test('is posted as it is', async () => {
    const receiver = await startReceiver();
    const request = webhookTo(`${receiver.origin}/a%20path?key=s3cret#part`, {
      authorization: 'Bearer cr3d',
      'webhook-id': 'w1',
    });
    expect(await posterOf().post(request, unlimited())).toStrictEqual({
      kind: 'delivered',
      status: 200,
    });
    expect(receiver.received).toEqual([
      {
        method: 'POST',
        url: '/a%20path?key=s3cret',
        body: '{"a":"ü"}',
        headers: {
          host: `127.0.0.1:${receiver.port}`,
          connection: 'keep-alive',
          'content-type': 'application/a2a+json',
          'content-length': '10',
          authorization: 'Bearer cr3d',
          'webhook-id': 'w1',
        },
      },
    ]);
  });

  test('goes to the host of its URL, whatever proxies the environment names', async () => {
    const [receiver, proxy] = [await startReceiver(), await startReceiver()];
    for (const name of ['http_proxy', 'https_proxy', 'all_proxy']) {
      vi.stubEnv(name, proxy.origin);
      vi.stubEnv(name.toUpperCase(), proxy.origin);
    }
    vi.stubEnv('NODE_USE_ENV_PROXY', '1');
    await posterOf().post(webhookTo(receiver.origin), unlimited());
    vi.unstubAllEnvs();
    expect([receiver.received.length, proxy.connections.length]).toEqual([1, 0]);
  });

  test('with a header that HTTP cannot carry is refused, and not sent', async () => {
    const receiver = await startReceiver();
    const request = webhookTo(receiver.origin, { 'x-token': 'a\r\nhost: other' });
    expect(await posterOf().post(request, unlimited())).toStrictEqual({
      kind: 'refused',
      reason: 'The request has a header that cannot be sent.',
    });
    expect(receiver.received).toEqual([]);
  });

  test('to a URL that is not allowed is refused without a connection', async () => {
    const receiver = await startReceiver();
    const answer = await posterOf({}, { ...LOOPBACK, allow: [] }).post(
      webhookTo(receiver.origin),
      unlimited(),
    );
    expect(answer).toStrictEqual({
      kind: 'refused',
      reason: "The webhook's host has a loopback address.",
    });
    expect(receiver.connections).toEqual([]);
  });
});

describe('connections', () => {
  test('are used again', async () => {
    const receiver = await startReceiver((response) => response.end('x'.repeat(50_000)));
    const poster = posterOf();
    for (let count = 0; count < 20; count += 1) {
      await poster.post(webhookTo(receiver.origin), unlimited());
    }
    expect(receiver.received).toHaveLength(20);
    // One more where a webhook follows so soon that the connection is not free yet.
    expect(receiver.connections.length).toBeLessThanOrEqual(2);
  });

  test('to one host are no more than its limit', async () => {
    const receiver = await startReceiver();
    const poster = posterOf({ connectionsPerOrigin: 2 });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => poster.post(webhookTo(receiver.origin), unlimited())),
    );
    expect(answers.map(({ kind }) => kind)).toEqual(answers.map(() => 'delivered'));
    expect([receiver.received.length, receiver.connections.length]).toEqual([20, 2]);
  });

  test('that none is free of keep a webhook waiting for its time limit only, and it is not sent later', async () => {
    let release = (): void => {};
    const receiver = await startReceiver((response) => {
      release = () => void response.end();
    });
    const poster = posterOf({ connectionsPerOrigin: 1 });
    const first = poster.post(webhookTo(`${receiver.origin}/first`), unlimited());
    await vi.waitUntil(() => receiver.received.length === 1);
    const caller = new AbortController();
    const second = poster.post(webhookTo(`${receiver.origin}/second`), caller);
    caller.abort();
    expect(await second).toStrictEqual({
      kind: 'retry',
      reason: 'The attempt was stopped before its answer came.',
    });
    release();
    expect((await first).kind).toBe('delivered');
    const third = poster.post(webhookTo(`${receiver.origin}/third`), unlimited());
    await vi.waitUntil(() => receiver.received.length === 2);
    release();
    expect((await third).kind).toBe('delivered');
    expect(receiver.received.map(({ url }) => url)).toEqual(['/first', '/third']);
  });
});

describe('a receiver that answers', () => {
  const now = Date.UTC(2026, 0, 1);
  const runtime = { ...systemRuntime, wallClock: () => now };

  const ANSWERS: readonly (readonly [string, number, OutgoingHttpHeaders, WebhookAnswer])[] = [
    ['204', 204, {}, { kind: 'delivered', status: 204 }],
    ['410', 410, {}, { kind: 'refused', status: 410, reason: 'The receiver answered 410.' }],
    ['500', 500, {}, { kind: 'retry', status: 500, reason: 'The receiver answered 500.' }],
    [
      '429 with seconds',
      429,
      { 'retry-after': '30' },
      { kind: 'retry', status: 429, reason: 'The receiver answered 429.', retryAfterMs: 30_000 },
    ],
    [
      '429 with a date',
      429,
      { 'retry-after': new Date(now + 90_000).toUTCString() },
      { kind: 'retry', status: 429, reason: 'The receiver answered 429.', retryAfterMs: 90_000 },
    ],
    [
      '503 with seconds',
      503,
      { 'x-other': 'x', 'retry-after': '5' },
      { kind: 'retry', status: 503, reason: 'The receiver answered 503.', retryAfterMs: 5_000 },
    ],
  ];

  test.each(ANSWERS)('%s is understood', async (_name, status, headers, answer) => {
    const receiver = await startReceiver((response) => response.writeHead(status, headers).end());
    const poster = posterOf({}, LOOPBACK, runtime);
    expect(await poster.post(webhookTo(receiver.origin), unlimited())).toStrictEqual(answer);
  });

  test.each([301, 302, 303, 307, 308])('%d is not followed', async (status) => {
    const internal = await startReceiver();
    const location = `${internal.origin}/latest/meta-data`;
    const receiver = await startReceiver((response) =>
      response.writeHead(status, { location }).end(),
    );
    expect(await posterOf().post(webhookTo(receiver.origin), unlimited())).toStrictEqual({
      kind: 'refused',
      status,
      reason: `The receiver answered ${status}: redirects are not followed.`,
    });
    expect([receiver.received.length, internal.connections.length]).toEqual([1, 0]);
  });

  test('and says more before is listened to until its answer', async () => {
    const receiver = await startReceiver((response) => {
      response.writeProcessing();
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.writeHead(201).end();
    });
    expect(await posterOf().post(webhookTo(receiver.origin), unlimited())).toStrictEqual({
      kind: 'delivered',
      status: 201,
    });
  });
});

describe('a receiver that misbehaves', () => {
  /** How much a receiver could write. */
  async function flood(headers: Record<string, string>): Promise<number> {
    let written = 0;
    const receiver = await startReceiver((response) => {
      response.writeHead(200, headers);
      const chunk = Buffer.alloc(65_536);
      const write = (): void => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length;
        if (!response.destroyed) written += chunk.length;
      };
      response.on('drain', write);
      write();
    });
    expect(await posterOf().post(webhookTo(receiver.origin), unlimited())).toStrictEqual({
      kind: 'delivered',
      status: 200,
    });
    await vi.waitUntil(() => receiver.connections.every((socket) => socket.destroyed));
    return written;
  }

  test('by a body without an end is left', async () => {
    // What fits the buffers of both sockets is sent before anybody has read.
    expect(await flood({})).toBeLessThan(32 * 1024 * 1024);
  });

  test('by a body of 10 GB is left', async () => {
    expect(await flood({ 'content-length': '10000000000' })).toBeLessThan(32 * 1024 * 1024);
  });

  test('by hanging after the headers has answered, and is left', async () => {
    const receiver = await startReceiver((response) => void response.writeHead(200).write('x'));
    // Not the limit of the attempt ends this.
    const poster = posterOf({ timeoutMs: 3_600_000 });
    expect(await poster.post(webhookTo(receiver.origin), unlimited())).toStrictEqual({
      kind: 'delivered',
      status: 200,
    });
    await vi.waitUntil(() => receiver.connections.every((socket) => socket.destroyed));
  });

  test('by breaking off the body has answered', async () => {
    const receiver = await startReceiver((response) => {
      response.writeHead(503, { 'content-length': '10' });
      response.write('x', () => response.destroy());
    });
    expect(await posterOf().post(webhookTo(receiver.origin), unlimited())).toStrictEqual({
      kind: 'retry',
      status: 503,
      reason: 'The receiver answered 503.',
    });
  });

  const NO_ANSWER: readonly (readonly [string, Answer, string])[] = [
    ['silence', () => {}, 'No answer came within 300 ms.'],
    [
      'headers without an end',
      (response) => {
        response.writeHead(200, { 'x-large': 'x'.repeat(20_000) }).end();
      },
      'The connection failed (UND_ERR_HEADERS_OVERFLOW).',
    ],
    [
      'leaving',
      (response) => response.socket?.destroy(),
      'The connection failed (UND_ERR_SOCKET).',
    ],
    [
      'a reset',
      (response) => response.socket?.resetAndDestroy(),
      'The connection failed (ECONNRESET).',
    ],
    [
      'another protocol',
      (response) => response.socket?.end('+OK\r\n'),
      'The receiver did not answer in HTTP/1.1.',
    ],
  ];

  test.each(NO_ANSWER)('by %s is tried again', async (_name, answer, reason) => {
    const receiver = await startReceiver(answer);
    const poster = posterOf({ timeoutMs: reason.startsWith('No answer') ? 300 : 60_000 });
    expect(await poster.post(webhookTo(receiver.origin), unlimited())).toStrictEqual({
      kind: 'retry',
      reason,
    });
  });

  test('by not being there is tried again', async () => {
    const server = createServer();
    const { port } = await listen(server);
    server.close();
    expect(await posterOf().post(webhookTo(`http://127.0.0.1:${port}`), unlimited())).toStrictEqual(
      {
        kind: 'retry',
        reason: 'The connection failed (ECONNREFUSED).',
      },
    );
  });

  test('by never agreeing on TLS is tried again', async () => {
    const { port, connections } = await listen(createServer((socket) => void socket.resume()));
    const poster = posterOf({ connectTimeoutMs: 300 });
    expect(await poster.post(webhookTo(`https://127.0.0.1:${port}`), unlimited())).toStrictEqual({
      kind: 'retry',
      reason: 'The connection took too long.',
    });
    await vi.waitUntil(() => connections.every((socket: Socket) => socket.destroyed));
  });
});

describe('an attempt', () => {
  test('ends when its caller wants it to, and its connection with it', async () => {
    const receiver = await startReceiver(() => {});
    const caller = new AbortController();
    const attempt = posterOf().post(webhookTo(receiver.origin), caller);
    await vi.waitUntil(() => receiver.received.length === 1);
    caller.abort();
    expect(await attempt).toStrictEqual({
      kind: 'retry',
      reason: 'The attempt was stopped before its answer came.',
    });
    await vi.waitUntil(() => receiver.connections.every((socket) => socket.destroyed));
  });

  test('may share its signal with any number of others', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const receiver = await startReceiver();
    const poster = posterOf();
    const { signal } = new AbortController();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => poster.post(webhookTo(receiver.origin), { signal })),
    );
    expect(answers.map(({ kind }) => kind)).toEqual(answers.map(() => 'delivered'));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(warnings.mock.calls).toEqual([]);
    warnings.mockRestore();
  });

  test('that was to end before it began sends nothing', async () => {
    const receiver = await startReceiver();
    const answer = await posterOf().post(webhookTo(receiver.origin), {
      signal: AbortSignal.abort(),
    });
    expect(answer.kind).toBe('retry');
    expect(receiver.received).toEqual([]);
  });

  test('ends when the poster is closed, and none begins after that', async () => {
    const receiver = await startReceiver(() => {});
    const poster = posterOf();
    const attempt = poster.post(webhookTo(receiver.origin), unlimited());
    await vi.waitUntil(() => receiver.received.length === 1);
    await poster.close();
    await poster.close();
    expect(await attempt).toMatchObject({ kind: 'retry' });
    expect(await poster.post(webhookTo(receiver.origin), unlimited())).toStrictEqual({
      kind: 'retry',
      reason: 'The connection failed (UND_ERR_DESTROYED).',
    });
    expect(receiver.received).toHaveLength(1);
  });
});
