import type { Random } from '../../kernel/random.ts';
import { groupCommand } from './random-group-commands.ts';
import { sortedSetCommand } from './random-sorted-set-commands.ts';
import { burst, streamCommand } from './random-stream-commands.ts';
import {
  HUGE,
  keyOf,
  KEYS,
  maybe,
  ODD_NUMBERS,
  type Servers,
  some,
  TEXTS,
} from './random-values.ts';

type Make = (random: Random, servers: Servers) => readonly (readonly string[])[];

/** Commands to run one after the other. */
export function randomCommands(random: Random, servers: Servers): readonly (readonly string[])[] {
  const make = MAKERS[random.weighted(WEIGHTS)];
  return make(random, servers).map((args) => {
    if (!random.chance(0.06)) return args;
    const odd = spoiled(random, args);
    // The id would be that of the clock.
    return /xadd/i.test(odd.join(' ')) && odd.includes('*') ? args : odd;
  });
}

const WEIGHTS = {
  keys: 4,
  strings: 1,
  hashes: 5,
  sortedSets: 7,
  streams: 7,
  burst: 0.3,
  groups: 9,
};

const MAKERS: Readonly<Record<keyof typeof WEIGHTS, Make>> = {
  keys: (random) => [keyCommand(random)],
  strings: (random) => [stringCommand(random)],
  hashes: (random) => [hashCommand(random)],
  sortedSets: (random) => [sortedSetCommand(random)],
  streams: (random, servers) => [streamCommand(random, servers)],
  burst,
  groups: (random, servers) => [groupCommand(random, servers)],
};

/** With an argument that does not belong there, or without one that does. */
function spoiled(random: Random, args: readonly string[]): readonly string[] {
  // What is nearly an expiry could end while the test runs.
  if (/EXPIRE|SET/i.test(args[0] ?? '')) return args.slice(0, random.integer(1, args.length));
  // Ranges of members are not defined where their scores differ.
  if (args[0] === 'ZADD' && args[1] === 'z2') return args.slice(0, 3);
  // A call without a command gets no answer at all.
  if (args.length === 1) return [...args, 'x'];
  const place = random.integer(0, args.length - 1);
  const odd = random.pick([
    ...ODD_NUMBERS,
    ...HUGE,
    'XX',
    'LIMIT',
    '*',
    '$',
    '\r\n',
    'k'.repeat(200),
  ]);
  switch (random.integer(0, 4)) {
    case 0:
      return args.toSpliced(place, 1);
    case 1:
      return args.toSpliced(place, 0, odd);
    case 2:
      return args.map((arg) => (random.chance(0.5) ? arg.toLowerCase() : arg));
    case 3:
      return args.slice(0, place + 1);
    default:
      return place === 0 ? [`${odd}${args[0] ?? ''}`, ...args.slice(1)] : args.with(place, odd);
  }
}

function keyCommand(random: Random): readonly string[] {
  const key = random.pick(KEYS);
  // So far apart that it makes no difference which server is faster.
  const far = (): string => String(random.integer(100_000_000, 2_000_000_000));
  const past = random.pick(['1', '0', '-1', '1000']);
  const future = random.pick(['32503680000000', '32503680000001', '9000000000000000']);
  switch (random.integer(0, 11)) {
    case 0:
      return random.chance(0.4) ? ['DEL', ...some(random, KEYS, 3)] : ['EXISTS', key];
    case 1:
      return ['EXISTS', ...some(random, KEYS, 3)];
    case 2:
      return ['PEXPIREAT', key, random.chance(0.05) ? past : future, ...conditions(random)];
    case 3:
      return ['EXPIRE', key, random.pick([far(), far(), ...HUGE]), ...conditions(random)];
    case 4:
      return ['PEXPIRE', key, random.pick([far(), far(), '', ...HUGE]), ...conditions(random)];
    case 5:
      return ['PERSIST', key];
    case 6:
      return [random.pick(['PTTL', 'TTL', 'PEXPIRETIME']), key];
    case 7:
      return ['TYPE', key];
    case 8:
      return [
        'KEYS',
        random.pick([
          '*',
          'h*',
          '[hz]?',
          '[^s]1',
          '?',
          '*1',
          '\\h1',
          '[h-z]2',
          '**',
          '[z',
          's[1-2',
        ]),
      ];
    case 9:
      return [
        'SCAN',
        '0',
        'COUNT',
        '1000',
        ...maybe(random, 0.3, 'MATCH', random.pick(['h*', '*'])),
        ...maybe(random, 0.3, 'TYPE', random.pick(['hash', 'STREAM', 'list'])),
      ];
    case 10:
      return random.pick([
        ['PING'],
        ['PING', 'x'],
        ['DBSIZE'],
        ['TIME'],
        ['PUBLISH', 'c', 'm'],
        ['SPUBLISH', 'c', 'm'],
        ['PUBSUB', 'NUMSUB', 'a', 'b'],
        ['PUBSUB', 'SHARDNUMSUB'],
        ['XGROUP'],
        ['JSON.GET', 'a', '\u0000b', 'c'.repeat(200)],
        ['script', 'exists', 'a'],
        ['EVALSHA', 'abc', '0'],
        ['EVALSHA', 'a'.repeat(40), '0'],
        ['EVAL', 'return 1', '-1'],
        ['EVAL', 'return 1', '5'],
        ['EVAL', 'return 1', 'x'],
      ]);
    default:
      return random.chance(0.02)
        ? ['FLUSHALL', ...maybe(random, 0.2, 'x')]
        : ['EXPIREAT', key, '32503680000'];
  }
}

function conditions(random: Random): readonly string[] {
  return random.chance(0.3) ? some(random, ['NX', 'XX', 'gt', 'LT', 'KK\r\n'], 2) : [];
}

function stringCommand(random: Random): readonly string[] {
  const key = keyOf(random, 'x');
  if (random.chance(0.4)) return ['GET', key];
  const options = [
    'NX',
    'XX',
    'GET',
    'KEEPTTL',
    'EX 100000',
    'PX 100000000',
    'PXAT 32503680000000',
    'EX 0',
    'EXAT 9223372036854775807',
  ];
  const chosen = random.chance(0.5) ? some(random, options, 3) : [];
  return ['SET', key, random.pick(TEXTS), ...chosen.flatMap((option) => option.split(' '))];
}

function hashCommand(random: Random): readonly string[] {
  const key = keyOf(random, 'h');
  const field = random.pick(TEXTS);
  switch (random.integer(0, 9)) {
    case 0:
    case 1:
    case 2:
      return [
        'HSET',
        key,
        ...some(random, TEXTS, 4).flatMap((name) => [
          name,
          random.pick([...TEXTS, ...HUGE, 'v'.repeat(70)]),
        ]),
      ];
    case 3:
      return ['HDEL', key, ...some(random, TEXTS, 6)];
    case 4:
      return ['HINCRBY', key, field, random.pick(['1', '-3', '0', ...HUGE, 'x', '1.5'])];
    case 5:
      return ['HMGET', key, ...some(random, TEXTS, 4)];
    case 6:
      return [random.pick(['HGET', 'HEXISTS']), key, field];
    case 7:
      return [random.pick(['HGETALL', 'HKEYS', 'HLEN']), key];
    case 8:
      return [
        'HSCAN',
        key,
        random.pick(['0', '0', '', '+0', 'x', '-']),
        'COUNT',
        '1000',
        ...maybe(random, 0.3, 'MATCH', random.pick(['a*', '*', '??', '[', '[\u00c0-a]'])),
      ];
    default:
      return random.chance(0.05)
        ? ['HSET', key, ...Array.from({ length: 130 }, (_, i) => [`f${i}`, 'v']).flat()]
        : ['HDEL', key, field];
  }
}
