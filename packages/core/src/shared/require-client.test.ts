import * as v6 from 'redis';
import * as v5 from 'redis-v5';
import { describe, expect, it } from 'vitest';

import { RedisConnectionManager } from '../client/connection-manager.ts';
import { RedisHealthMonitor } from '../client/health-monitor.ts';
import { errorOf } from '../../test/error-of.ts';
import { requireScriptClient } from '../redis/script-client.ts';

const sentinel = { name: 'main', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] };
const script = async (): Promise<unknown> => undefined;

/** What looks like a client of ioredis: the names of its commands are in small letters. */
const ioredis = { evalsha: script, eval: script, ping: script, subscribe: script };

const OTHERS: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['a URL', 'redis://localhost'],
  ['a URL', new URL('redis://localhost')],
  ['a value of type number', 6379],
  ['a value of type function', v6.createClient],
  ['a promise of one: await it', Promise.resolve(v6.createClient())],
  ['one of ioredis: pass `fromIoredis(client)` of @a2a-redis/ioredis', ioredis],
  ['what its `legacy()` or `multi()` gives', v6.createClient().legacy()],
  ['what its `legacy()` or `multi()` gives', v5.createClient().legacy()],
  ['what its `legacy()` or `multi()` gives', v6.createClient().multi()],
  ['what its `legacy()` or `multi()` gives', v5.createClient().multi()],
];

const refusal = (name: string, what: string): unknown[] => [
  'INVALID_OPTION',
  `Option "${name}" must be a client of node-redis 5 or 6, such as \`await createRedisClient()\` gives, not ${what}.`,
];

async function refusalOf(make: () => unknown): Promise<unknown[]> {
  const error = await errorOf((async () => make())());
  return [error.code, error.message];
}

describe('a client that is none', () => {
  it.each(OTHERS)('is refused: %s', async (what, client) => {
    expect(await refusalOf(() => requireScriptClient(client))).toEqual(refusal('client', what));
  });

  it('is told what it lacks', async () => {
    const lacking = { url: 'redis://localhost', eval: script };
    const found = await refusalOf(() => requireScriptClient(lacking));
    expect(found).toEqual(refusal('client', 'an object without `evalSha`'));
  });

  it.each(OTHERS)('is not watched: %s', async (what, client) => {
    const found = await refusalOf(() => Reflect.construct(RedisHealthMonitor, [client]));
    expect(found).toEqual(refusal('client', what));
  });

  it('is not adopted', async () => {
    const manager = new RedisConnectionManager({});
    const adopt = manager.adopt.bind(manager);
    const found = await refusalOf(() => Reflect.apply(adopt, undefined, ['redis://host']));
    expect(found).toEqual(refusal('client', 'a URL'));
    expect(await manager.healthCheck()).toEqual({});
  });
});

it('all kinds of clients are taken, and whatever evaluates scripts', () => {
  const clients = [
    v6.createClient(),
    v6.createClient().withTypeMapping({}),
    v6.createClientPool(),
    v6.createCluster({ rootNodes: [] }),
    v6.createSentinel(sentinel),
    v5.createClient(),
    v5.createClientPool(),
    v5.createCluster({ rootNodes: [] }),
    v5.createSentinel(sentinel),
    { evalSha: script, eval: script },
  ];
  for (const client of clients) expect(() => requireScriptClient(client)).not.toThrow();
});
