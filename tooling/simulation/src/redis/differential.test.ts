import { setTimeout as sleep } from 'node:timers/promises';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Random } from '../kernel/random.ts';
import type { ScriptReply } from './differential/comparable.ts';
import { CONFIG_CALLS, RUN_CALLS, TASK_CALLS } from './differential/core-script-calls.ts';
import { DELIVERY_CALLS } from './differential/delivery-script-calls.ts';
import {
  filesWithoutScript,
  onlyReads,
  SCRIPT_NAMES,
  type ScriptName,
  scriptSource,
} from './differential/project-scripts.ts';
import { EVENT_CALLS, QUEUE_CALLS } from './differential/queue-script-calls.ts';
import { randomCommands } from './differential/random-commands.ts';
import type { Known } from './differential/script-call.ts';
import { type RawReply, RedisReplyError } from './reply.ts';
import { type Difference, outcome, ServerPair } from './differential/server-pair.ts';

/** One that is the same in every run, and one that finds more. */
const SEEDS = ['a', `fresh ${Date.now().toString(36)}`];
const SCRIPT_CALLS = 5000;
const RAW_COMMANDS = 15_000;

let server: RedisServer;

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(async () => server.stop());

/** Those that say of themselves that they only read, but for what a server answers about itself: that is asked apart. */
const READING: ReadonlySet<ScriptName> = new Set(
  SCRIPT_NAMES.filter((name) => onlyReads(name) && name !== 'probe-layout'),
);

/** Replies with a time in them, and those of scripts that read a hash as a whole. */
const SCRIPT_REPLIES: ReadonlyMap<ScriptName, ScriptReply> = new Map([
  ['read-task', 'any order'],
  ['save-task', 'any order'],
  ['save-task+append-events', 'any order'],
  ['save-task+publish-events', 'any order'],
  ['read-runs', 'any order'],
  ['read-state', 'any order'],
  ['request-cancel', 'any order'],
  ['load-configs', 'any order'],
]);

/** Whether the consumer of a group was seen, and its entry delivered, within the last 200 ms. */
const WAS_SEEN = `
  local consumer = redis.call('XINFO', 'CONSUMERS', KEYS[1], 'g')[1]
  local pending = redis.call('XPENDING', KEYS[1], 'g', '-', '+', 1)[1]
  return { tostring(consumer[6] < 200), pending and tostring(pending[3] < 200) or 'none' }`;

/** Whether a server takes a script for one that writes, though it is called as one that only reads. */
function isRefusedWrite(reply: RawReply): boolean {
  return reply instanceof RedisReplyError && reply.message.includes('Write commands are not');
}

/** What is shown of a difference. */
function shown(seed: string, difference: Difference | undefined): unknown {
  return difference === undefined ? undefined : { seed, ...difference };
}

describe.each(SEEDS)('with the seed %s', (seed) => {
  it('answers commands as Redis does', async () => {
    const random = new Random(`commands ${seed}`);
    const pair = await ServerPair.open(server.url);
    const servers = {
      lastMs: (key: string) => lastMsOf(pair, key),
      ids: (key: string) => idsOf(pair, key),
    };
    let difference: Difference | undefined;
    for (let run = 0; run < RAW_COMMANDS && difference === undefined;) {
      for (const args of randomCommands(random, servers)) {
        pair.run(args);
        run += 1;
      }
      if (pair.isFull) difference = await pair.compare();
      if (difference === undefined && random.chance(0.001))
        difference = await pair.compareKeyspaces();
    }
    difference ??= await pair.compareKeyspaces();
    pair.close();
    expect(shown(seed, difference)).toBeUndefined();
  });

  it('runs the scripts of these packages as Redis does', async () => {
    const random = new Random(`scripts ${seed}`);
    const pair = await ServerPair.open(server.url);
    const families = [
      TASK_CALLS,
      RUN_CALLS,
      CONFIG_CALLS,
      DELIVERY_CALLS,
      DELIVERY_CALLS,
      EVENT_CALLS,
      EVENT_CALLS,
      QUEUE_CALLS,
      QUEUE_CALLS,
    ];
    const digests = new Map(
      SCRIPT_NAMES.map((name) => [name, load(pair, atFixedTime(scriptSource(name)))]),
    );
    let now = 1_700_000_000_000;
    /** Scripts that only read, by whether the server takes them for such. */
    const [taken, refused] = [new Set<ScriptName>(), new Set<ScriptName>()];
    pair.run(['HSET', 'clock', 's', '1700000000', 'us', '000123']);
    let difference: Difference | undefined;
    for (let run = 0; run < SCRIPT_CALLS && difference === undefined; run += 1) {
      if (random.chance(0.3)) {
        now += random.integer(-2, 10);
        const micros = String(random.integer(0, 999)).padStart(3, '0');
        pair.run([
          'HSET',
          'clock',
          's',
          String(Math.floor(now / 1000)),
          'us',
          `${now % 1000}${micros}`,
        ]);
      }
      const { name, keys, parameters } = random.pick(random.pick(families))(
        random,
        knownOf(pair, now),
      );
      const digest = digests.get(name) ?? '';
      // The server itself refuses what writes there.
      const isReadOnly = READING.has(name) ? random.chance(0.5) : random.chance(0.03);
      const evaluate = isReadOnly ? 'EVALSHA_RO' : 'EVALSHA';
      const args = [evaluate, digest, String(keys.length), ...keys, ...parameters];
      // A key that something else wrote, of another type.
      const foreign = random.chance(0.02) ? random.pick(keys) : undefined;
      if (foreign !== undefined) pair.run(['SET', foreign, 'x']);
      const reply = pair.run(args, parameters[0] === 'PTTL' ? 'time' : SCRIPT_REPLIES.get(name));
      if (isReadOnly && READING.has(name)) {
        if (isRefusedWrite(reply)) refused.add(name);
        else taken.add(name);
      }
      if (foreign !== undefined) pair.run(['DEL', foreign]);
      if (random.chance(0.01)) pair.run(['DEL', keys[0] ?? '']);
      if (pair.isFull) difference = await pair.compare();
      const { outOfMemory } = pair.simulated;
      if (difference === undefined && random.chance(outOfMemory ? 0.03 : 0.003)) {
        difference = await pair.compare();
        await pair.setOutOfMemory(!outOfMemory);
      }
      if (difference === undefined && random.chance(0.01))
        difference = await pair.compareKeyspaces();
    }
    difference ??= await pair.compareKeyspaces();
    await pair.setOutOfMemory(false);
    pair.close();
    expect(shown(seed, difference)).toBeUndefined();
    expect([taken, refused]).toEqual([READING, new Set()]);
  });
});

it('reckons with ids beyond what a double holds', async () => {
  const pair = await ServerPair.open(server.url);
  const add = (...id: readonly string[]): unknown => pair.run(['XADD', 's', ...id, 'f', 'v']);
  add('9007199254740990-9007199254740990');
  for (let i = 0; i < 4; i += 1) add('*');
  add('9007199254740993-9007199254740993');
  for (let i = 0; i < 3; i += 1) add('*');
  add('18446744073709551615-18446744073709551613');
  for (let i = 0; i < 3; i += 1) add('*');
  for (const id of ['9007199254740990-9007199254740992', '9007199254740993-9007199254740993']) {
    pair.run(['XRANGE', 's', `(${id}`, '+', 'COUNT', '1']);
    pair.run(['XREVRANGE', 's', `(${id}`, '-', 'COUNT', '1']);
    pair.run(['XDEL', 's', id]);
  }
  pair.run(['XRANGE', 's', '(18446744073709551615-18446744073709551615', '+']);
  pair.run(['XRANGE', 's', '-', '(0-0']);
  expect(await pair.compareKeyspaces()).toBeUndefined();
  pair.close();
});

it('sees a consumer where Redis does', async () => {
  const pair = await ServerPair.open(server.url);
  const commands = [
    ['XGROUP', 'CREATECONSUMER', 's', 'g', 'c'],
    ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 's', '>'],
    ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 's', '0'],
    ['XPENDING', 's', 'g', '-', '+', '9', 'c'],
    ['XACK', 's', 'g', '1-1'],
    ['XCLAIM', 's', 'g', 'c', '0', '1-1'],
    ['XCLAIM', 's', 'g', 'c', '0', '7-7'],
    ['XCLAIM', 's', 'g', 'c', '9999', '1-1'],
    ['XAUTOCLAIM', 's', 'g', 'c', '0', '-'],
    ['XAUTOCLAIM', 's', 'g', 'c', '9999', '-'],
  ].map((command, i) => command.map((arg) => (arg === 's' ? `s${i}` : arg)));
  for (const [i] of commands.entries()) {
    pair.run(['XADD', `s${i}`, '1-1', 'f', 'v']);
    pair.run(['XGROUP', 'CREATE', `s${i}`, 'g', '0']);
    pair.run(['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', `s${i}`, '>']);
  }
  expect(await pair.compare()).toBeUndefined();
  await sleep(300);
  for (const command of commands) pair.run(command);
  for (const [i] of commands.entries()) {
    pair.run(['EVAL', WAS_SEEN, '1', `s${i}`]);
  }
  expect(await pair.compare()).toBeUndefined();
  pair.close();
});

it('answers about itself as Redis does', async () => {
  const pair = await ServerPair.open(server.url);
  const run = (name: ScriptName, keys: readonly string[], ...args: readonly string[]): unknown => {
    const evaluate = onlyReads(name) ? 'EVALSHA_RO' : 'EVALSHA';
    return pair.run([
      evaluate,
      load(pair, scriptSource(name)),
      String(keys.length),
      ...keys,
      ...args,
    ]);
  };
  expect(run('probe-layout', ['{a}', '{b}'])).toEqual(['noeviction', '0']);
  const calls = [
    '4',
    'HSET',
    'k',
    'f',
    'v',
    '1',
    'NOTHING',
    '3',
    'XGROUP',
    'NOTHING',
    'k',
    '1',
    'TIME',
  ];
  expect(run('ask-calls', [], ...calls)).toEqual(['allowed', 'missing', 'missing', 'allowed']);
  run('server-command', [], 'PING');
  run('server-command', [], 'NOTHING');
  expect(await pair.compare()).toBeUndefined();
  pair.close();
});

it('covers every script', () => {
  expect(filesWithoutScript()).toEqual([]);
});

/**
 * Two servers have no clock in common: both read the time from a key. What is pending is idle by their own clocks, so
 * that nothing is done here of what a clock asks for that was set back: see clock-set-back.test.ts.
 */
function atFixedTime(source: string): string {
  return source
    .replace('if now < clock_of(state, group) - idle / 4 then', 'if false then')
    .replaceAll("redis.call('TIME')", "redis.call('HMGET', 'clock', 's', 'us')")
    .replaceAll("'*', 'id'", "'4000000000000-*', 'id'");
}

function load(pair: ServerPair, source: string): string {
  const digest = pair.run(['SCRIPT', 'LOAD', source]);
  if (typeof digest !== 'string') throw new TypeError('The script does not compile.');
  return digest;
}

function lastMsOf({ simulated }: ServerPair, key: string): number {
  const info = outcome(simulated, ['XINFO', 'STREAM', key]);
  const lastId: unknown = Array.isArray(info) ? info[7] : undefined;
  return typeof lastId === 'string' ? Number.parseInt(lastId, 10) : 0;
}

function idsOf({ simulated }: ServerPair, key: string): readonly string[] {
  const entries = outcome(simulated, ['XREVRANGE', key, '+', '-', 'COUNT', '10']);
  if (!Array.isArray(entries)) return [];
  return entries.map((entry: unknown) => (Array.isArray(entry) ? String(entry[0]) : ''));
}

function knownOf(pair: ServerPair, now: number): Known {
  const text = (...args: readonly string[]): string => {
    const reply = outcome(pair.simulated, args);
    return typeof reply === 'string' ? reply : '';
  };
  return {
    now,
    ids: (key) => idsOf(pair, key),
    field: (key, field) => text('HGET', key, field),
    score: (key, member) => text('ZSCORE', key, member),
  };
}
