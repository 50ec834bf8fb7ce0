import { setTimeout as sleep } from 'node:timers/promises';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { Random } from '../kernel/random.ts';
import { ServerPair } from './differential/server-pair.ts';
import { SimulatedRedis } from './simulated-redis.ts';
import { keySlot } from './slot.ts';

const SCRIPTS = [
  "return redis.call('HSET', KEYS[1], 'f', 'v')",
  "return redis.call('HGET', KEYS[1], 'f')",
  "redis.call('HDEL', KEYS[1], 'none') return redis.call('HSET', KEYS[1], 'g', 'v')",
  "redis.call('HGET', KEYS[1], 'f') return redis.call('ZADD', 'z', 1, 'a')",
  "redis.pcall('HSET', KEYS[1], 'f', 'w') return redis.call('EXPIRE', KEYS[1], 100000)",
  "redis.call('PUBLISH', 'x', 'y') return redis.call('XADD', 'x', '1-1', 'f', 'v')",
  "redis.call('XACK', 'x', 'g', '1-1') return redis.call('XADD', 'x', '1-1', 'f', 'v')",
];

const COMMANDS = [
  ['HSET', 'h', 'f', 'v'],
  ['HGET', 'h', 'f'],
  ['HDEL', 'h', 'f'],
  ['ZADD', 'z', '1', 'a'],
  ['ZREM', 'z', 'a'],
  ['XADD', 's', '1-1', 'f', 'v'],
  ['XACK', 's', 'g', '1-1'],
  ['XGROUP', 'CREATE', 's', 'g', '$', 'MKSTREAM'],
  ['XGROUP', 'DESTROY', 's', 'g'],
  ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 's', '>'],
  ['EXPIRE', 'h', '1000000'],
  ['DEL', 'z'],
  ['PUBLISH', 'x', 'y'],
  ['SPUBLISH', 'x', 'y'],
  ['PING'],
  ['SCRIPT', 'LOAD', 'return 1'],
  ['SET', 'a', 'b'],
  ['NOTHING'],
  ['HGET', 'h'],
];

let server: RedisServer;
let pair: ServerPair;

/** A fresh pair of servers, with some keys. */
async function start(config: Readonly<Record<string, string>> = {}): Promise<void> {
  server = await startRedisServer({ config });
  pair = await ServerPair.open(server.url);
}

async function compareAll(): Promise<void> {
  for (const command of COMMANDS) pair.run(command);
  for (const script of SCRIPTS) pair.run(['EVAL', script, '1', 'h']);
  pair.run(['EVALSHA', 'f'.repeat(40), '1', 'h']);
  expect(await pair.compare()).toBeUndefined();
}

describe('states of a server', () => {
  beforeEach(async () => start());
  afterEach(async () => {
    pair.close();
    await server.stop();
  });

  it('refuses what needs memory where there is none', async () => {
    pair.run(['HSET', 'h', 'f', 'v']);
    expect(await pair.compare()).toBeUndefined();
    await pair.setOutOfMemory(true);
    await compareAll();
    expect(await pair.compareKeyspaces()).toBeUndefined();
  });

  it('refuses writes on a replica, where a key whose time is over is hidden', async () => {
    pair.run(['HSET', 'h', 'f', 'v']);
    expect(await pair.compare()).toBeUndefined();
    await pair.tellReal('REPLICAOF', '127.0.0.1', '1');
    pair.simulated.readOnly = true;
    await compareAll();
    await pair.tellReal('REPLICAOF', 'NO', 'ONE');
  });
});

describe('a node of a cluster', () => {
  beforeAll(async () => {
    await start({ 'cluster-enabled': 'yes', 'cluster-config-file': 'nodes-states.conf' });
    await pair.tellReal('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    // It is up after a moment.
    while (!JSON.stringify(await pair.tellReal('CLUSTER', 'INFO')).includes('cluster_state:ok')) {
      await sleep(20);
    }
    pair.simulated.crossSlotChecks = true;
  });
  afterAll(async () => {
    pair.close();
    await server.stop();
  });

  it('knows the slot of a key', async () => {
    const random = new Random('slots');
    const keys = ['', '{}', 'a{b}c', '{a}{b}', '{{a}}', 'a{}b{c}', 'a}b{c'];
    for (let i = 0; i < 200; i += 1) {
      keys.push(random.bytes(random.integer(0, 12)).toString('latin1'));
    }
    const real: unknown[] = [];
    for (const key of keys) real.push([key, await pair.tellReal('CLUSTER', 'KEYSLOT', key)]);
    expect(keys.map((key) => [key, keySlot(key)])).toEqual(real);
  });

  it('refuses keys of different slots in one call', async () => {
    pair.run(['DEL', 'a', 'b']);
    pair.run(['DEL', '{a}1', '{a}2']);
    pair.run(['EXISTS', 'a', 'b', 'NOTHING']);
    pair.run(['EVAL', 'return 1', '2', 'a', 'b']);
    pair.run(['EVAL', 'return 1', '2', '{a}1', '{a}2']);
    pair.run(['EVAL', 'return 1', '0', 'a', 'b']);
    pair.run(['EVALSHA', 'f'.repeat(40), '2', 'a', 'b']);
    pair.run(['EVAL', "return redis.call('DEL', 'a', 'b')", '1', 'a']);
    pair.run(['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 'a', 'b', '>', '>']);
    pair.run(['XGROUP', 'CREATE', 'a', 'g', '$', 'MKSTREAM']);
    pair.run(['PUBLISH', 'a', 'b']);
    expect(await pair.compare()).toBeUndefined();
  });

  it('refuses a script a key of another slot, as if that slot were served elsewhere', () => {
    const script = ['EVAL', "return redis.call('GET', ARGV[1])", '1', 'a'];
    const { simulated } = pair;
    expect(simulated.execute([...script, '{a}none'])).toBeNull();
    expect(() => simulated.execute([...script, 'b'])).toThrow(
      'ERR Script attempted to access a non local key in a cluster node script: ',
    );
  });
});

describe('time', () => {
  let now = 1_000_000;
  const commands: (readonly string[])[] = [];
  let redis: SimulatedRedis;

  beforeEach(() => {
    now = 1_000_000;
    commands.length = 0;
    redis = new SimulatedRedis({
      now: () => now,
      publish: () => 0,
      onWrite: (effect) => commands.push(...effect.commands),
    });
    redis.execute(['SET', 'a', 'b', 'PX', '500']);
  });

  it('a key stays until its moment is over, and its end is told', () => {
    now += 500;
    expect(redis.execute(['GET', 'a'])).toBe('b');
    now += 1;
    expect([...redis.keys()]).toEqual([]);
    expect(redis.dump()).toEqual([]);
    expect(redis.execute(['GET', 'a'])).toBeNull();
    expect(commands).toEqual([
      ['SET', 'a', 'b', 'PXAT', '1000500'],
      ['DEL', 'a'],
    ]);
  });

  it('a key that nobody looked at is there again where the clock steps back', () => {
    now += 1000;
    expect(redis.execute(['DBSIZE'])).toBe(1);
    now -= 1000;
    expect(redis.execute(['PTTL', 'a'])).toBe(500);
  });

  it('a replica hides a key whose time is over, and does not delete it', () => {
    redis.readOnly = true;
    now += 501;
    expect(redis.execute(['GET', 'a'])).toBeNull();
    expect(commands).toHaveLength(1);
    redis.readOnly = false;
    now -= 1;
    expect(redis.execute(['GET', 'a'])).toBe('b');
  });

  it('TIME has microseconds, which fractions of milliseconds give', () => {
    now = 1_700_000_000_123.456;
    expect(redis.execute(['TIME'])).toEqual(['1700000000', '123456']);
    expect(redis.execute(['EVAL', "return redis.call('TIME')", '0'])).toEqual([
      '1700000000',
      '123456',
    ]);
  });

  it('ids of entries grow where the clock stands still or steps back', () => {
    expect(redis.execute(['XADD', 's', '*', 'f', 'v'])).toBe('1000000-0');
    expect(redis.execute(['XADD', 's', '*', 'f', 'v'])).toBe('1000000-1');
    now -= 5;
    expect(redis.execute(['XADD', 's', '*', 'f', 'v'])).toBe('1000000-2');
    now += 6;
    expect(redis.execute(['XADD', 's', '*', 'f', 'v'])).toBe('1000001-0');
  });

  it('refuses all but a few commands while it loads', () => {
    redis.loading = true;
    const loading = 'LOADING Redis is loading the dataset in memory';
    expect(() => redis.execute(['GET', 'a'])).toThrow(loading);
    expect(() => redis.execute(['EVAL', 'return 1', '0'])).toThrow(loading);
    expect(() => redis.execute(['PING'])).toThrow(loading);
    expect(() => redis.execute(['NOTHING'])).toThrow("ERR unknown command 'NOTHING'");
    expect(redis.execute(['PUBLISH', 'a', 'b'])).toBe(0);
    expect(redis.execute(['TIME'])).toHaveLength(2);
  });
});
