import { randomUUID } from 'node:crypto';

import {
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { errorOf } from '../../test/error-of.ts';
import { NODE_REDIS_VERSIONS, type TestClient } from '../../test/node-redis-versions.ts';
import { defineScript } from './script.ts';
import { abbreviate, ScriptRunner } from './script-runner.ts';
import type { RedisScriptClient } from './script-client.ts';
import { noteSupport } from './server-support.ts';

/** Safe to repeat, and shows whether it was. */
const setOnce = defineScript(
  'set-once',
  "redis.call('INCR', KEYS[2]) return redis.call('SETNX', KEYS[1], ARGV[1])",
);
const answer = defineScript('answer', 'return 42');
const fail = defineScript('fail', "return redis.error_reply('MINE went wrong')");

describe.each(NODE_REDIS_VERSIONS)('ScriptRunner on $label', (version) => {
  let server: RedisServer;
  let client: TestClient;

  beforeEach(async () => {
    server = await startRedisServer({ processControl: true, persistence: true });
    client = version.createClient({ url: server.url, socket: { reconnectStrategy: 20 } });
    client.on('error', () => {});
    await client.connect();
  });
  afterEach(async () => {
    client.destroy();
    await server.stop();
  });

  it('sends a script whole only where it is not known, also after SCRIPT FLUSH', async () => {
    const { runner, calls } = recorded(client);
    const replies = [await runner.run(answer, [], []), await runner.run(answer, [], [])];
    await client.sendCommand(['SCRIPT', 'FLUSH']);
    replies.push(await runner.run(answer, [], []), await runner.run(answer, [], []));
    expect(replies).toEqual([42, 42, 42, 42]);
    expect(calls).toEqual(['evalSha', 'eval', 'evalSha', 'evalSha', 'eval', 'evalSha']);
  });

  it('passes keys and arguments, and returns integers, strings, lists and null', async () => {
    const echo = defineScript('echo', 'return {KEYS[1], ARGV[1], ARGV[2], 7, false}');
    const reply = await new ScriptRunner(client).run(echo, ['k:{ä}'], ['', 'line\nfeed']);
    expect(reply).toEqual(['k:{ä}', '', 'line\nfeed', 7, null]);
  });

  it('reports a refusal at once, with its reply', async () => {
    const error = await errorOf(new ScriptRunner(client).run(fail, ['some key'], []));
    expect([error.code, error.message, error.detail]).toEqual([
      'COMMAND_FAILED',
      'Redis refused a call.',
      'Script fail on key "some key" failed: MINE went wrong',
    ]);
    expect(error.cause).toHaveProperty('message', 'MINE went wrong');
  });

  it('goes on after a server that was killed under a call came back', async () => {
    const runner = new ScriptRunner(client, 20_000);
    server.pause();
    const running = runner.run(setOnce, ['k', 'count'], ['v']);
    await server.kill();
    await server.restart();
    expect(await running).toBe(1);
    expect(await client.sendCommand(['MGET', 'k', 'count'])).toEqual(['v', '1']);
  });

  it('ends a call that was sent twice as one that was sent once', async () => {
    const { runner } = recorded(client, 20_000, { loseFirstReply: true });
    expect(await runner.run(setOnce, ['k', 'count'], ['v'])).toBe(0);
    expect(await client.sendCommand(['MGET', 'k', 'count'])).toEqual(['v', '2']);
  });

  it('spares a connected client its timer per command, and leaves it to one that is not', async () => {
    const timed = version.createClient({ url: server.url, commandOptions: { timeout: 4321 } });
    timed.on('error', () => {});
    await timed.connect();
    const timers = vi.spyOn(AbortSignal, 'timeout');
    const runner = new ScriptRunner(timed, 200);
    await runner.run(setOnce, ['k', 'count'], ['v']);
    await timed.sendCommand(['PING']);
    expect(timers.mock.calls).toEqual([[4321]]);
    await server.kill();
    await vi.waitUntil(() => !timed.isReady);
    timers.mockClear();
    const error = await errorOf(runner.run(setOnce, ['k', 'count'], ['v']));
    expect([error.code, timers.mock.calls]).toEqual(['DEADLINE_EXCEEDED', [[4321]]]);
    timers.mockRestore();
    timed.destroy();
  });

  it('waits for a server that is away, up to the deadline', async () => {
    await server.kill();
    const error = await errorOf(new ScriptRunner(client, 200).run(setOnce, ['k', 'n'], ['v']));
    expect(error.code).toBe('DEADLINE_EXCEEDED');
    expect(error.message.startsWith('A call to Redis within 200 ms: ')).toBe(true);
    expect(error.detail?.startsWith('Script set-once on key "k" within 200 ms: ')).toBe(true);
  });

  it('gives up on a server that is silent at the deadline', async () => {
    server.pause();
    const error = await errorOf(new ScriptRunner(client, 100).run(answer, ['k'], []));
    server.resume();
    expect([error.code, error.message, error.detail]).toEqual([
      'DEADLINE_EXCEEDED',
      'A call to Redis within 100 ms: no answer in time.',
      'Script answer on key "k" within 100 ms: no answer in time.',
    ]);
  });

  it('does not wait for a client that is closed', async () => {
    await client.close();
    const error = await errorOf(new ScriptRunner(client, 60_000).run(answer, [], []));
    expect([error.code, error.message]).toEqual([
      'CLIENT_CLOSED',
      'The Redis client is closed. Connect it before the first call, and close it after the last.',
    ]);
    client = version.createClient({ url: server.url });
    client.on('error', () => {});
    await client.connect();
  });

  it('repeats what a server refuses for now', async () => {
    await client.sendCommand(['REPLICAOF', '127.0.0.1', '1']);
    const { runner, calls } = recorded(client, 20_000, {
      afterFirstError: () => client.sendCommand(['REPLICAOF', 'NO', 'ONE']),
    });
    await client.sendCommand(['SCRIPT', 'LOAD', setOnce.source]);
    expect(await runner.run(setOnce, ['k', 'count'], ['v'])).toBe(1);
    // It asked whether the server is a replica that stays one.
    expect(calls).toEqual(['evalSha', 'eval', 'evalSha']);
  });
});

describe.each(NODE_REDIS_VERSIONS)('ScriptRunner on $label, on a replica', (version) => {
  const get = defineScript('get', "return redis.call('GET', KEYS[1])", { writes: 'never' });
  let primary: RedisServer;
  let server: RedisServer;
  let client: TestClient;

  beforeEach(async () => {
    [primary, server] = await Promise.all([startOwn(), startOwn()]);
    client = version.createClient({ url: server.url });
    client.on('error', () => {});
    await client.connect();
  });
  afterEach(async () => {
    client.destroy();
    await Promise.all([primary.stop(), server.stop()]);
  });

  /** Makes the server a replica, as at a failover, and waits until it has what its primary has. */
  async function follow(): Promise<void> {
    const admin = version.createClient({ url: server.url });
    await admin.connect();
    await admin.sendCommand(['REPLICAOF', '127.0.0.1', new URL(primary.url).port]);
    const info = async (): Promise<string> =>
      String(await admin.sendCommand(['INFO', 'replication']));
    await vi.waitUntil(async () => (await info()).includes('master_link_status:up'), 30_000);
    admin.destroy();
  }

  it('says so at the first write, whatever was read before', async () => {
    await follow();
    const { runner, calls } = recorded(client);
    expect(await runner.run(get, ['k'], [])).toBeNull();
    const error = await errorOf(runner.run(setOnce, ['k', 'count'], ['v']));
    expect([error.code, error.message, calls]).toEqual([
      'SERVER_UNSUPPORTED',
      'This Redis server takes no writes: it is a replica. Connect to its primary, with a sentinel client where that changes.',
      // Read, then written; and asked what the server is.
      ['evalSha', 'eval', 'evalSha', 'eval', 'eval'],
    ]);
    expect(error.detail).toMatch(/^Script set-once on key "k" failed: .*READONLY/);
  });

  it('waits where it wrote before, as at a failover', async () => {
    const promoted = version.createClient({ url: server.url });
    await promoted.connect();
    await promoted.sendCommand(['SCRIPT', 'LOAD', setOnce.source]);
    const { runner, errors } = recorded(client, 20_000, {
      afterFirstError: () => promoted.sendCommand(['REPLICAOF', 'NO', 'ONE']),
    });
    await runner.run(setOnce, ['other', 'others'], ['v']);
    await follow();
    await promoted.sendCommand(['SCRIPT', 'LOAD', setOnce.source]);
    expect(await runner.run(setOnce, ['k', 'count'], ['v'])).toBe(1);
    expect(errors).toHaveLength(1);
    promoted.destroy();
  });
});

describe.each(NODE_REDIS_VERSIONS)('ScriptRunner on $label, not let in', (version) => {
  it.each([
    ['without a password', undefined],
    ['with a wrong password', 'wrong'],
  ])('says so at the first call %s', async (_how, password) => {
    await using server = await startRedisServer({ password: 'right' });
    const { host } = new URL(server.url);
    const client = version.createClient({
      url: `redis://${host}`,
      ...(password === undefined ? {} : { password }),
      socket: { reconnectStrategy: 20 },
    });
    client.on('error', () => {});
    const connecting = client.connect().catch(() => {});
    const error = await errorOf(new ScriptRunner(client).run(setOnce, ['k', 'count'], ['v']));
    expect([error.code, error.message]).toEqual([
      'COMMAND_FAILED',
      'Redis does not let the client in: it gave no password, or a wrong one. Give it the username and the password.',
    ]);
    client.destroy();
    await connecting;
  });
});

describe.each(NODE_REDIS_VERSIONS)('ScriptRunner on $label, on a node of a cluster', (version) => {
  it('says at the first call that it needs a cluster client', async () => {
    await using cluster = await startRedisCluster();
    const [url = ''] = cluster.urls;
    const client = version.createClient({ url });
    client.on('error', () => {});
    await client.connect();
    const runner = new ScriptRunner(client);
    // Slots of different nodes: the client has one of them.
    const ends = await Promise.allSettled(
      ['{a}', '{b}', '{c}'].map(async (key) => runner.run(setOnce, [key, `${key}n`], ['v'])),
    );
    const refused = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    expect(refused).toMatchObject(
      [0, 1].map(() => ({
        code: 'SERVER_UNSUPPORTED',
        message: 'This Redis server is one node of a cluster. Connect with a cluster client.',
      })),
    );
    client.destroy();
  });
});

describe.each(NODE_REDIS_VERSIONS)('ScriptRunner on $label, locked out', (version) => {
  it('waits while the password that was changed is not known on both sides', async () => {
    await using server = await startRedisServer({ password: 'old' });
    const clients = [0, 1].map(() => {
      const each = version.createClient({ url: server.url, socket: { reconnectStrategy: 20 } });
      each.on('error', () => {});
      return each;
    });
    const [client, admin] = clients;
    if (client === undefined || admin === undefined) throw new Error('No clients');
    await Promise.all(clients.map(async (each) => each.connect()));
    // The first of its calls: from then on, it is known to have had the right one.
    let afterFirstError = async (): Promise<unknown> => undefined;
    const { runner, errors } = recorded(client, 20_000, {
      afterFirstError: async () => afterFirstError(),
    });
    await admin.sendCommand(['SCRIPT', 'LOAD', answer.source]);
    await runner.run(answer, [], []);
    await admin.sendCommand(['CONFIG', 'SET', 'requirepass', 'new']);
    const refused = new Promise<void>((resolve) => {
      client.on('error', ({ message }) => {
        if (message.startsWith('WRONGPASS')) resolve();
      });
    });
    await admin.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal']);
    await refused;
    afterFirstError = async () => admin.sendCommand(['CONFIG', 'SET', 'requirepass', 'old']);
    expect(await runner.run(setOnce, ['k', 'count'], ['v'])).toBe(1);
    expect(await admin.sendCommand(['MGET', 'k', 'count'])).toEqual(['v', '1']);
    expect(errors[0]).toMatch(/^NOAUTH /);
    for (const each of clients) each.destroy();
  });
});

describe.each(NODE_REDIS_VERSIONS)('ScriptRunner on a cluster of $label', (version) => {
  it('reaches the node of the key, and survives the loss of its scripts there', async () => {
    await using cluster = await startRedisCluster();
    const client = version.createCluster(cluster.urls);
    client.on('error', () => {});
    await client.connect();
    const { runner, calls } = recorded(client);
    const get = defineScript('get', "return redis.call('GET', KEYS[1])");
    const set = defineScript('set', "return redis.call('SET', KEYS[1], ARGV[1])");
    // Slots 15495, 3300 and 7365: one on each of the three nodes.
    const keys = ['{a}', '{b}', '{c}'].map((tag) => `${tag}:${randomUUID()}`);
    for (const key of keys) await runner.run(set, [key], [`value of ${key}`]);
    const read = await Promise.all(keys.map((key) => runner.run(get, [key], [])));
    expect(read).toEqual(keys.map((key) => `value of ${key}`));
    expect(calls.filter((call) => call === 'eval')).toHaveLength(6);
    await client.close();
  });
});

async function startOwn(): Promise<RedisServer> {
  return startRedisServer({ processControl: true });
}

describe('abbreviate', () => {
  it('shows the beginning of a long key, quoted', () => {
    expect(abbreviate('a"b')).toBe('"a\\"b"');
    expect(abbreviate('x'.repeat(121))).toBe(`"${'x'.repeat(117)}..."`);
  });
});

interface Faults {
  /** Drops the first reply, as a connection does that ends before it. */
  readonly loseFirstReply?: boolean;
  /** Runs when a call has failed for the first time. */
  readonly afterFirstError?: () => Promise<unknown>;
}

/** A runner, and the calls that it makes of the client. */
function recorded(
  client: RedisScriptClient,
  deadlineMs?: number,
  faults: Faults = {},
): { readonly runner: ScriptRunner; readonly calls: string[]; readonly errors: string[] } {
  const calls: string[] = [];
  const errors: string[] = [];
  let mayLose = faults.loseFirstReply === true;
  let { afterFirstError } = faults;
  const watched: RedisScriptClient = {
    evalSha: async (...args) => {
      calls.push('evalSha');
      try {
        return await client.evalSha(...args);
      } catch (error) {
        if (error instanceof Error) errors.push(error.message);
        const react = afterFirstError;
        afterFirstError = undefined;
        await react?.();
        throw error;
      }
    },
    eval: async (...args) => {
      calls.push('eval');
      const reply = await client.eval(...args);
      if (!mayLose) return reply;
      mayLose = false;
      throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
    },
  };
  // What the server can do is asked once for each client, and so as these tests count calls, not of this one.
  noteSupport(watched, { hasShards: true, name: '' });
  return { runner: new ScriptRunner(watched, deadlineMs), calls, errors };
}
