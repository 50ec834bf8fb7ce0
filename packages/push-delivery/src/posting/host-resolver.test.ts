import { Resolver } from 'node:dns/promises';

import { expect, onTestFinished, test } from 'vitest';

import { type NameAnswer, type NameServer, startNameServer } from '../../test/name-server.ts';
import { HostResolver } from './host-resolver.ts';

const IPV6 = [0x26, 0x06, ...Array.from({ length: 13 }, () => 0), 1];
const NAMES: Readonly<Record<string, NameAnswer>> = {
  'both.example': { ipv4: '93.184.216.34', ipv6: IPV6 },
  'old.example': { ipv4: '93.184.216.34' },
  'new.example': { ipv6: IPV6 },
  'empty.example': {},
  'silent.example': 'silence',
};

async function resolverOf(
  isTrusted: (host: string) => boolean = () => false,
): Promise<{ hosts: HostResolver; names: NameServer }> {
  const names = await startNameServer((name) => NAMES[name]);
  const resolver = new Resolver({ timeout: 30_000, tries: 1 });
  resolver.setServers([names.address]);
  const hosts = new HostResolver(isTrusted, resolver);
  onTestFinished(async () => {
    hosts.close();
    await names[Symbol.asyncDispose]();
  });
  return { hosts, names };
}

const OLD = { address: '93.184.216.34', family: 4 };
const NEW = { address: '2606::1', family: 6 };

test.each([
  ['both.example', [OLD, NEW]],
  ['old.example', [OLD]],
  ['new.example', [NEW]],
])('%s has the addresses that name servers say, of both kinds', async (host, addresses) => {
  const { hosts, names } = await resolverOf();
  expect(await hosts.resolve(host)).toEqual(addresses);
  expect(names.questions()).toBe(2);
});

test.each([
  ['empty.example', 'ENODATA'],
  ['missing.example', 'ENOTFOUND'],
])('%s has none', async (host, code) => {
  const { hosts } = await resolverOf();
  await expect(hosts.resolve(host)).rejects.toMatchObject({ code });
});

test('a name server that is silent keeps nobody else waiting, and no thread of Node', async () => {
  const { hosts } = await resolverOf();
  const silent = Array.from({ length: 50 }, () => hosts.resolve('silent.example'));
  const ended = Promise.allSettled(silent);
  expect(await hosts.resolve('old.example')).toEqual([OLD]);
  hosts.close();
  const codes = (await ended).map((outcome) =>
    outcome.status === 'rejected' ? Reflect.get(outcome.reason as object, 'code') : 'resolved',
  );
  expect(codes).toEqual(silent.map(() => 'ECANCELLED'));
});

test('a host that is trusted is looked up as the machine does it', async () => {
  const { hosts, names } = await resolverOf((host) => host === 'localhost');
  expect(await hosts.resolve('localhost')).toContainEqual({ address: '127.0.0.1', family: 4 });
  expect(names.questions()).toBe(0);
});
