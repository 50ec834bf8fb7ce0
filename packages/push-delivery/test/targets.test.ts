import { describe, expect, test, vi } from 'vitest';

import { guardedConnector } from '../src/posting/guarded-connector.ts';
import type { HostAddress, ResolveHost } from '../src/posting/host-resolver.ts';
import { TargetGuard } from '../src/posting/target-guard.ts';
import { readTargetOptions } from '../src/posting/target-options.ts';
import { LOOPBACK, posterOf, unlimited, webhookTo } from './posters.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const REFUSED = { kind: 'refused', reason: "The webhook's host has a loopback address." };

/** Resolves every name to the first of these addresses, then to the second, and so on. */
function resolvingTo(...answers: readonly (readonly string[])[]): ResolveHost {
  let turn = -1;
  return async () => {
    turn += 1;
    return (answers[turn] ?? []).map((address): HostAddress => ({
      address,
      family: address.includes(':') ? 6 : 4,
    }));
  };
}

/** Two receivers at one port: one where webhooks may go, one where not. */
async function twoReceivers(): Promise<{ allowed: Receiver; internal: Receiver; url: string }> {
  // So that the next webhook needs a new connection.
  const allowed = await startReceiver((response) =>
    response.setHeader('connection', 'close').end(),
  );
  const { port } = allowed;
  const internal = await startReceiver(undefined, { host: '127.0.0.2', port });
  return { allowed, internal, url: `http://rebinding.example:${port}/` };
}

describe('a name', () => {
  test('that means an address where webhooks may go, and then another, is refused then', async () => {
    const { allowed, internal, url } = await twoReceivers();
    const poster = posterOf({ resolveHost: resolvingTo(['127.0.0.1'], ['127.0.0.2']) });
    expect(await poster.post(webhookTo(url), unlimited())).toMatchObject({ kind: 'delivered' });
    await vi.waitUntil(() => allowed.connections.every((socket) => socket.destroyed));
    expect(await poster.post(webhookTo(url), unlimited())).toStrictEqual(REFUSED);
    expect([allowed.received.length, internal.connections.length]).toEqual([1, 0]);
  });

  test('is asked for once for each connection: what is looked at is what is connected to', async () => {
    const { allowed, url } = await twoReceivers();
    const resolveHost = vi.fn<ResolveHost>(resolvingTo(['127.0.0.1'], ['127.0.0.1']));
    const poster = posterOf({ resolveHost });
    for (const turn of [1, 2]) {
      await poster.post(webhookTo(url), unlimited());
      await vi.waitUntil(() => allowed.connections.every((socket) => socket.destroyed));
      expect(resolveHost).toHaveBeenCalledTimes(turn);
    }
    expect(resolveHost).toHaveBeenCalledWith('rebinding.example');
  });

  test.each([
    [['127.0.0.2']],
    [['127.0.0.1', '127.0.0.2']],
    [['127.0.0.2', '127.0.0.1']],
    [['127.0.0.1', '::1']],
  ])('of the addresses %j is refused as a whole', async (addresses) => {
    const { allowed, internal, url } = await twoReceivers();
    const poster = posterOf({ resolveHost: resolvingTo(addresses) });
    expect(await poster.post(webhookTo(url), unlimited())).toStrictEqual(REFUSED);
    expect([allowed.connections.length, internal.connections.length]).toEqual([0, 0]);
  });

  test.each([
    ['10.0.0.1', 'private'],
    ['169.254.169.254', 'link-local'],
    ['100.100.100.200', 'shared'],
    ['::ffff:127.0.0.1', 'translated'],
    ['64:ff9b::7f00:1', 'translated'],
    ['2002:7f00:1::', 'translated'],
    ['fd00:ec2::254', 'private'],
    ['no address', 'unknown'],
  ])('of the address %s is refused', async (address, kind) => {
    const poster = posterOf({ resolveHost: resolvingTo([address]) }, { ports: 'any' });
    expect(await poster.post(webhookTo('https://client.example/'), unlimited())).toStrictEqual({
      kind: 'refused',
      reason: `The webhook's host has a ${kind} address.`,
    });
  });

  test('that is allowed may have any address', async () => {
    const { internal, url } = await twoReceivers();
    const poster = posterOf(
      { resolveHost: resolvingTo(['127.0.0.2']) },
      { ...LOOPBACK, allow: ['rebinding.example'] },
    );
    expect(await poster.post(webhookTo(url), unlimited())).toMatchObject({ kind: 'delivered' });
    expect(internal.received).toHaveLength(1);
  });

  test('of several addresses reaches the one that answers', async () => {
    const receiver = await startReceiver(undefined, { host: '127.0.0.2' });
    const poster = posterOf(
      { resolveHost: resolvingTo(['127.0.0.3', '127.0.0.2']) },
      { ...LOOPBACK, allow: ['127.0.0.0/8'] },
    );
    const url = `http://client.example:${receiver.port}/`;
    expect(await poster.post(webhookTo(url), unlimited())).toMatchObject({ kind: 'delivered' });
    expect(receiver.received).toMatchObject([
      { headers: { host: `client.example:${receiver.port}` } },
    ]);
  });

  test('that cannot be found is tried again', async () => {
    const unknown = async (): Promise<never> => {
      throw Object.assign(new Error('queryA ENOTFOUND s3cret.example'), { code: 'ENOTFOUND' });
    };
    const reason = "The webhook's host is not known (ENOTFOUND).";
    for (const resolveHost of [unknown, resolvingTo([])]) {
      const poster = posterOf({ resolveHost });
      expect(await poster.post(webhookTo('https://client.example/'), unlimited())).toStrictEqual({
        kind: 'retry',
        reason,
      });
    }
  });

  test('that is looked up for too long is tried again', async () => {
    const poster = posterOf({
      connectTimeoutMs: 100,
      resolveHost: async () => new Promise<never>(() => {}),
    });
    expect(await poster.post(webhookTo('https://client.example/'), unlimited())).toStrictEqual({
      kind: 'retry',
      reason: 'The connection took too long.',
    });
  });
});

test('an address is looked at when it is connected to, besides when its URL is', async () => {
  const receiver = await startReceiver();
  const connect = guardedConnector({
    guard: new TargetGuard(readTargetOptions({}, '')),
    resolveHost: resolvingTo(),
    connectTimeoutMs: 5_000,
    ca: [],
  });
  const error = await new Promise((resolve) => {
    const port = String(receiver.port);
    connect({ hostname: '127.0.0.1', protocol: 'http:', port }, (...[refusal]) => resolve(refusal));
  });
  expect(error).toMatchObject({ name: 'ForbiddenTargetError', message: REFUSED.reason });
  expect(receiver.connections).toEqual([]);
});
