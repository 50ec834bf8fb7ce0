import { randomUUID } from 'node:crypto';

import {
  type RedisServer,
  startRedisCluster,
  startRedisSentinel,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import * as v6 from 'redis';
import * as v5 from 'redis-v5';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { errorOf } from '../../test/error-of.ts';
import { NODE_REDIS_VERSIONS } from '../../test/node-redis-versions.ts';
import type { RedisScriptClient } from './script-client.ts';
import { ScriptRunner } from './script-runner.ts';
import { defineScript } from './script.ts';
import { noteSupport } from './server-support.ts';

const set = defineScript('set', "return redis.call('SET', KEYS[1], ARGV[1])");
const get = defineScript('get', "return redis.call('GET', KEYS[1])", { writes: 'never' });
/** Said to read alone, and does not. */
const lies = defineScript('lies', "return redis.call('INCR', KEYS[1])", { writes: 'never' });
const publishes = defineScript('publishes', "return redis.call('PUBLISH', KEYS[1], '')", {
  writes: 'never',
});

/** What the server can do, for a client whose calls are counted: it asks that once. */
const ANY_SUPPORT = { hasShards: true, name: '' };

type Call = 'evalSha' | 'eval' | 'evalShaRo' | 'evalRo';

/** A client that notes which calls are made. */
function noted(client: Required<Pick<RedisScriptClient, Call>>): {
  readonly client: RedisScriptClient;
  readonly calls: Call[];
} {
  const calls: Call[] = [];
  const noting =
    (name: Call): RedisScriptClient['eval'] =>
    async (...args) => {
      calls.push(name);
      return client[name](...args);
    };
  return {
    calls,
    client: {
      evalSha: noting('evalSha'),
      eval: noting('eval'),
      evalShaRo: noting('evalShaRo'),
      evalRo: noting('evalRo'),
    },
  };
}

/** How often a server was asked to run scripts, by the command. */
async function callsAt({ url }: RedisServer): Promise<Readonly<Record<string, number>>> {
  const client = v6.createClient({ url });
  await client.connect();
  const lines = (await client.info('commandstats')).matchAll(/cmdstat_(eval\w*):calls=(\d+)/g);
  client.destroy();
  return Object.fromEntries([...lines].map(([, name, calls]) => [name, Number(calls)]));
}

/** Whom a node of a cluster names for the slots. */
async function slotsOf({ url }: RedisServer): Promise<string> {
  const client = v6.createClient({ url });
  await client.connect();
  const slots = JSON.stringify(await client.sendCommand(['CLUSTER', 'SLOTS']));
  client.destroy();
  return slots;
}

describe('a read that may be behind', () => {
  let server: RedisServer;
  let client: v6.RedisClientType;
  beforeAll(async () => {
    server = await startRedisServer();
    client = v6.createClient({ url: server.url });
    await client.connect();
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  it('is a call that only reads, whole where the server does not know the script', async () => {
    const { client: watched, calls } = noted(client);
    const runner = new ScriptRunner(watched);
    const key = randomUUID();
    await runner.run(set, [key], ['v']);
    calls.length = 0;
    await client.sendCommand(['SCRIPT', 'FLUSH']);
    for (let count = 0; count < 18; count += 1) {
      expect(await runner.read(get, [key], [])).toBe('v');
    }
    // For a while, as the next server may lack it, too.
    expect(calls).toEqual([
      'evalShaRo',
      ...Array<Call>(16).fill('evalRo'),
      'evalShaRo',
      'evalShaRo',
    ]);
  });

  it.each([
    ['changes a key', lies],
    ['sends a message', publishes],
  ])('is refused by the server itself where it %s', async (_, script) => {
    const error = await errorOf(new ScriptRunner(client).read(script, [randomUUID()], []));
    expect([error.code, error.detail]).toEqual([
      'COMMAND_FAILED',
      expect.stringContaining('Write commands are not allowed from read-only scripts'),
    ]);
  });

  it('is asked of the primary once it failed', async () => {
    const { client: watched, calls } = noted(client);
    const away: RedisScriptClient = {
      ...watched,
      evalShaRo: async (...args) => {
        await watched.evalShaRo?.(...args).catch(() => undefined);
        throw new Error('MASTERDOWN Link with MASTER is down');
      },
    };
    noteSupport(away, ANY_SUPPORT);
    const runner = new ScriptRunner(away);
    expect(await runner.read(get, [randomUUID()], [])).toBeNull();
    expect(calls[0]).toBe('evalShaRo');
    expect(calls.slice(1)).not.toContain('evalShaRo');
    expect(calls.at(-1)).toMatch(/^eval(?:Sha)?$/);
  });

  it('is an ordinary call with a client that knows no other', async () => {
    const calls: string[] = [];
    const plain: RedisScriptClient = {
      evalSha: async (...args) => {
        calls.push('evalSha');
        return client.evalSha(...args);
      },
      eval: async (...args) => client.eval(...args),
    };
    noteSupport(plain, ANY_SUPPORT);
    const runner = new ScriptRunner(plain);
    await runner.read(get, [randomUUID()], []);
    expect(calls).toEqual(['evalSha']);
  });

  it('is an ordinary call on a server before Redis 7, which is found out once for a client', async () => {
    await using old = await startRedisServer({
      processControl: true,
      config: { 'rename-command EVALSHA_RO': '', 'rename-command EVAL_RO': '' },
    });
    const plain = v6.createClient({ url: old.url });
    await plain.connect();
    const { client: watched, calls } = noted(plain);
    await new ScriptRunner(watched).run(get, ['k'], []);
    calls.length = 0;
    for (let count = 0; count < 2; count += 1) {
      expect(await new ScriptRunner(watched).read(get, ['k'], [])).toBeNull();
    }
    expect(calls).toEqual(['evalShaRo', 'evalSha', 'evalSha']);
    plain.destroy();
  });

  it.each(NODE_REDIS_VERSIONS)(
    'keeps what is not said to may be behind, on $label',
    async (version) => {
      const plain = version.createClient({ url: server.url });
      await plain.connect();
      const before = await callsAt(server);
      await new ScriptRunner(plain).run(get, [randomUUID()], []);
      const after = await callsAt(server);
      expect((after['evalsha_ro'] ?? 0) - (before['evalsha_ro'] ?? 0)).toBe(0);
      plain.destroy();
    },
  );
});

describe.each([
  ['5', (url: string) => v5.createCluster({ rootNodes: [{ url }], useReplicas: true })],
  ['6', (url: string) => v6.createCluster({ rootNodes: [{ url }], useReplicas: true })],
] as const)('a cluster client of node-redis %s with useReplicas', (_, create) => {
  it('has replicas answer what may be behind, and nothing else', async () => {
    await using cluster = await startRedisCluster({ nodes: 1 });
    const [primary] = cluster.nodes;
    if (primary === undefined) throw new Error('No node');
    const replica = await cluster.addReplica(primary);
    // A client learns at its beginning which replicas there are, from what the primary knows by then.
    const { port } = new URL(replica.url);
    await vi.waitUntil(async () => (await slotsOf(primary)).includes(port), 30_000);
    const client = create(primary.url);
    client.on('error', () => {});
    await client.connect();
    const runner = new ScriptRunner(client);
    await runner.run(set, ['k'], ['v']);
    await client.sendCommand('k', false, ['WAIT', '1', '30000']);
    for (let count = 0; count < 60; count += 1) {
      expect(await runner.run(get, ['k'], [])).toBe('v');
      expect(await runner.read(get, ['k'], [])).toBe('v');
    }
    // Each of the two is sent the script whole for a while, and then its digest.
    const [ofPrimary, ofReplica] = [await callsAt(primary), await callsAt(replica)];
    expect(ofReplica).toEqual({ eval_ro: expect.any(Number), evalsha_ro: expect.any(Number) });
    expect(ofReplica['evalsha_ro']).toBeGreaterThan(15);
    const { eval_ro: wholeThere = 0, evalsha_ro: there = 0 } = ofPrimary;
    const { eval_ro: whole = 0, evalsha_ro: here = 0 } = ofReplica;
    expect([whole + wholeThere, here + there]).toEqual([16, 60 - 16 + 1]);
    // The write, the reads, and the question what the server can do.
    expect(ofPrimary['evalsha']).toBe(62);
    client.destroy();
  });
});

describe.each([
  ['5', (options: v5.RedisSentinelOptions) => v5.createSentinel(options)],
  ['6', (options: v6.RedisSentinelOptions) => v6.createSentinel(options)],
] as const)('a sentinel client of node-redis %s with replicas', (_, create) => {
  it('has them answer what may be behind, and nothing else', async () => {
    await using deployment = await startRedisSentinel();
    const client = create({
      name: deployment.name,
      sentinelRootNodes: [...deployment.addresses],
      replicaPoolSize: 1,
    });
    client.on('error', () => {});
    await client.connect();
    const runner = new ScriptRunner(client);
    await runner.run(set, ['k'], ['v']);
    await client.sendCommand(false, ['WAIT', '1', '30000']);
    expect(await runner.run(get, ['k'], [])).toBe('v');
    expect(await Promise.all([1, 2, 3].map(async () => runner.read(get, ['k'], [])))).toEqual([
      'v',
      'v',
      'v',
    ]);
    const replica = deployment.servers.find(({ url }) => url !== deployment.servers[0]?.url);
    if (replica === undefined) throw new Error('No replica');
    expect(Object.keys(await callsAt(replica)).toSorted()).toEqual(['eval_ro', 'evalsha_ro']);
    void client.destroy();
  });
});
