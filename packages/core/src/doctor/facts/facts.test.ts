import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { clockOf, type ClockSample } from './clock-facts.ts';
import type { Fact } from './fact.ts';
import { callsOf, commandOf, PACKAGE_NEEDS, wordsOf } from './package-needs.ts';
import {
  greetingOf,
  identityOf,
  isAtLeast,
  mayDoEverything,
  type ServerIdentity,
} from './server-identity.ts';
import { infoFields, pubsubBufferLimit, replyFields } from './server-replies.ts';

describe('a reply', () => {
  it('of INFO is its fields, whatever ends lines', () => {
    const text =
      '# Server\r\nredis_version:7.0.15\r\nos:Linux: 5\r\n\r\n# Memory\nused_memory:12\n:\n';
    expect([...infoFields(text)]).toEqual([
      ['redis_version', '7.0.15'],
      ['os', 'Linux: 5'],
      ['used_memory', '12'],
    ]);
  });

  it('of named values is the same by each protocol, and with each mapping', () => {
    const expected = [
      ['save', ''],
      ['timeout', '0'],
    ];
    const replies = [
      ['save', '', 'timeout', '0'],
      [Buffer.from('save'), Buffer.from(''), Buffer.from('timeout'), Buffer.from('0')],
      { save: '', timeout: '0' },
      new Map([
        [Buffer.from('save'), ''],
        [Buffer.from('timeout'), '0'],
      ]),
    ];
    for (const reply of replies) expect([...replyFields(reply)]).toEqual(expected);
    expect([...replyFields(null), ...replyFields('OK')]).toEqual([]);
  });

  it.each<[string, number | undefined]>([
    ['normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60', 33_554_432],
    ['pubsub 0 0 0', 0],
    ['normal 0 0 0', undefined],
  ])('of the setting for output buffers: %s', (setting, hardBytes) => {
    expect(pubsubBufferLimit(setting)).toEqual(
      hardBytes === undefined
        ? { because: `client-output-buffer-limit is "${setting}", without pubsub` }
        : { value: { hardBytes } },
    );
  });
});

/** Replies as they are documented or published; those of Redis, Valkey and no others were seen here. */
describe('a server tells what it is', () => {
  const NO_HELLO = { because: 'no HELLO' };
  const seen = (info: string, hello?: unknown): Fact<ServerIdentity> =>
    identityOf(
      { value: infoFields(info.replaceAll(' ', '\r\n')) },
      hello === undefined ? NO_HELLO : { value: greetingOf(hello) },
    );

  it.each<[string, string, Partial<ServerIdentity>]>([
    ['Redis', 'redis_version:7.0.15', { product: 'Redis', version: '7.0.15' }],
    [
      'Valkey',
      'redis_version:7.2.4 server_name:valkey valkey_version:8.0.1',
      { product: 'Valkey', version: '8.0.1', redisVersion: '7.2.4' },
    ],
    [
      'KeyDB',
      'redis_version:6.3.4 executable:/usr/bin/keydb-server mvcc_depth:0',
      { product: 'KeyDB', version: '6.3.4' },
    ],
    [
      'Dragonfly',
      'redis_version:7.4.0 dragonfly_version:df-v1.23.0',
      { product: 'Dragonfly', version: '1.23.0', redisVersion: '7.4.0' },
    ],
    [
      'Upstash',
      'upstash_version:1.13.3 redis_version:6.2.6',
      { product: 'Upstash', version: '1.13.3', redisVersion: '6.2.6' },
    ],
    [
      'Redis Enterprise',
      'redis_version:7.4.0 rlec_version:7.8.2-34',
      { product: 'Redis', service: 'Redis Enterprise or Redis Cloud' },
    ],
  ])('%s', (_name, info, identity) => {
    expect(seen(info)).toEqual({ value: expect.objectContaining(identity) });
  });

  it.each(['Amazon ElastiCache', 'Amazon MemoryDB'])('%s', (service) => {
    const info = { value: infoFields(`redis_version:7.1.0\r\nos:${service}\r\n`) };
    expect(identityOf(info, NO_HELLO)).toEqual({
      value: expect.objectContaining({ product: 'Redis', service, version: '7.1.0' }),
    });
  });

  it('by HELLO, where INFO is refused', () => {
    const refused = { because: 'refused' };
    const hello = { server: 'valkey', version: '8.0.1', modules: [] };
    const modules = [['name', 'search', 'path', '/enterprise-managed']];
    expect(identityOf(refused, { value: greetingOf(hello) })).toEqual({
      value: { product: 'Valkey', service: undefined, version: '8.0.1', redisVersion: '8.0.1' },
    });
    expect(
      identityOf(refused, {
        value: greetingOf(['server', 'redis', 'version', '7.4.0', 'modules', modules]),
      }),
    ).toEqual({
      value: expect.objectContaining({ service: 'Redis Enterprise or Redis Cloud' }),
    });
    expect(identityOf(refused, NO_HELLO)).toEqual(refused);
    expect(seen('os:Linux')).toEqual({ because: 'neither INFO nor HELLO tells a version' });
  });

  it('and a version is compared by its numbers', () => {
    const compared = ['6.2', '6.10.1', '7.0', '6.1.9', '5.9', '10.0.0'].map((version) =>
      isAtLeast(version, [6, 2]),
    );
    expect(compared).toEqual([true, true, true, false, false, true]);
    expect(isAtLeast('unstable', [6, 2])).toBeUndefined();
  });
});

describe('the rules of a user', () => {
  it.each<[string, unknown, boolean]>([
    ['of 6.2', ['commands', '+@all', 'keys', ['*'], 'channels', ['*']], true],
    ['of 6.0', ['commands', '+@all', 'keys', ['*']], true],
    ['of 7', { commands: '+@all', keys: '~*', channels: '&*' }, true],
    ['without channels', ['commands', '+@all', 'keys', ['*'], 'channels', []], false],
    ['with an exception', { commands: '+@all -debug', keys: '~*', channels: '&*' }, false],
    ['with a prefix', { commands: '+@all', keys: '~a:*', channels: '&*' }, false],
    ['of nobody', null, false],
  ])('%s', (_name, reply, expected) => {
    expect(mayDoEverything(reply)).toBe(expected);
  });
});

describe('a call', () => {
  it('is words, on the key and the channel of a package', () => {
    expect(wordsOf('XGROUP|CREATE <key> g $', 'k', 'c')).toEqual([
      'XGROUP',
      'CREATE',
      'k',
      'g',
      '$',
    ]);
    expect(wordsOf('PUBLISH <channel> m', 'k', 'a b')).toEqual(['PUBLISH', 'a b', 'm']);
    expect(commandOf('XGROUP|CREATE <key> g $')).toBe('XGROUP|CREATE');
    expect(commandOf('TIME')).toBe('TIME');
  });

  it('of each package goes by the messages of the layout', () => {
    const messages = (layout: 'single' | 'cluster'): readonly string[] =>
      callsOf('streams-queue', layout).filter((call) => call.includes('<channel>'));
    expect(messages('single')).toEqual([
      'PUBLISH <channel> m',
      'SUBSCRIBE <channel>',
      'UNSUBSCRIBE <channel>',
    ]);
    expect(messages('cluster')).toEqual([
      'SPUBLISH <channel> m',
      'SSUBSCRIBE <channel>',
      'SUNSUBSCRIBE <channel>',
    ]);
    expect(callsOf('task-store', 'cluster')).toEqual(PACKAGE_NEEDS['task-store'].calls);
  });
});

describe('the clocks of a server and a process', () => {
  /** How far the process is ahead, and for each sample when it was asked, and how long each way took. */
  const world = fc.record({
    aheadMs: fc.integer({ min: -1e9, max: 1e9 }),
    ways: fc.array(
      fc.record({
        at: fc.integer({ min: 0, max: 1e12 }),
        thereMs: fc.double({ min: 0, max: 5000, noNaN: true }),
        backMs: fc.double({ min: 0, max: 5000, noNaN: true }),
      }),
      { minLength: 1, maxLength: 8 },
    ),
  });

  it('differ by what is found, within what may be wrong', () => {
    fc.assert(
      fc.property(world, ({ aheadMs, ways }) => {
        const samples = ways.map(({ at, thereMs, backMs }): ClockSample => {
          return {
            // A clock tells whole milliseconds.
            askedAt: Math.floor(at + aheadMs),
            tookMs: thereMs + backMs,
            serverAt: at + thereMs,
          };
        });
        const clock = clockOf(samples);
        expect(Math.abs(clock.aheadMs - aheadMs)).toBeLessThanOrEqual(clock.uncertaintyMs + 1e-3);
        expect(clock.roundTripMs).toBe(Math.min(...samples.map(({ tookMs }) => tookMs)));
        expect(clock.uncertaintyMs).toBe(clock.roundTripMs / 2 + 1);
      }),
    );
  });
});
