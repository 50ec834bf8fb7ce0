import type { Random } from '../../kernel/random.ts';

/** Later than any clock, so that `*` gives the id after the last one. */
const FUTURE_MS = 4_000_000_000_000;

const KEYS = ['h1', 'h2', 'z1', 'z2', 's1', 's2', 's3', 'x', 'none', '\u00ff\u0000k\r\n{t}'];
const TEXTS = [
  'a',
  'b',
  'c',
  'aa',
  'ab',
  '',
  '10',
  '-5',
  '007',
  '9',
  '\u0000x',
  '\u00c3\u00a9',
  '\u00ff',
];
const NUMBERS = [
  '0',
  '1',
  '2',
  '-1',
  '3.5',
  '1e3',
  '-0',
  '0.1',
  '1.7e308',
  '5e-324',
  'inf',
  '-inf',
];
const ODD_NUMBERS = [
  '',
  ' 1',
  '+1',
  '01',
  '1.0',
  'abc',
  '0x10',
  'nan',
  '1e400',
  '1 ',
  '(1',
  '\u0000',
];
const HUGE = ['9223372036854775807', '9223372036854775808', '-9223372036854775808', '1e18'];
const GROUPS = ['g1', 'g2', ''];
const CONSUMERS = ['c1', 'c2', 'c3', ''];

/** What a generator must know of the servers. */
export interface Servers {
  /** The milliseconds of a stream's last id; 0 where there is none. */
  lastMs(key: string): number;
  /** Ids of some entries of a stream. */
  ids(key: string): readonly string[];
}

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

function some(random: Random, choices: readonly string[], most: number): string[] {
  return Array.from({ length: random.integer(1, most) }, () => random.pick(choices));
}

function maybe(random: Random, probability: number, ...args: readonly string[]): readonly string[] {
  return random.chance(probability) ? args : [];
}

function keyOf(random: Random, prefix: string): string {
  const own = KEYS.filter((key) => key.startsWith(prefix));
  return random.chance(0.93) ? random.pick(own) : random.pick(KEYS);
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

function score(random: Random): string {
  if (random.chance(0.05)) return random.pick([...ODD_NUMBERS, ...HUGE]);
  if (random.chance(0.2)) return String(random.between(-1e6, 1e6));
  if (random.chance(0.1)) return String(random.integer(-99, 99) * 2 ** -17);
  return random.pick(NUMBERS);
}

function bound(random: Random): string {
  if (random.chance(0.1))
    return random.pick([
      '',
      '(',
      ' 1',
      '( 2',
      'x',
      '+inf',
      '-inf',
      'infinity',
      '0x1p2',
      '1\u0000x',
      '(inf',
    ]);
  return random.pick(['', '(']) + score(random);
}

function lexBound(random: Random): string {
  if (random.chance(0.1)) return random.pick(['', 'a', '-', '+', '+x', '-\u0000', '[', '(', '5']);
  return random.pick(['[', '(']) + random.pick(TEXTS);
}

function sortedSetCommand(random: Random): readonly string[] {
  // All members of the second one have the same score, as ranges of members need.
  const key = keyOf(random, random.chance(0.5) ? 'z1' : 'z2');
  const isFlat = key === 'z2';
  const limit = maybe(
    random,
    0.4,
    'LIMIT',
    String(random.integer(-1, 3)),
    String(random.integer(-1, 4)),
  );
  const scores = maybe(random, 0.4, 'WITHSCORES');
  const index = (): string => String(random.integer(-8, 8));
  switch (random.integer(0, 10)) {
    case 0:
    case 1:
    case 2: {
      const options =
        random.chance(0.3) && !isFlat
          ? some(random, ['NX', 'XX', 'CH', 'INCR', 'GT', 'LT'], 2)
          : [];
      const pairs = some(random, TEXTS, options.includes('INCR') ? 1 : 3);
      return [
        'ZADD',
        key,
        ...options,
        ...pairs.flatMap((member) => [isFlat ? '0' : score(random), member]),
      ];
    }
    case 3:
      return ['ZREM', key, ...some(random, TEXTS, 4)];
    case 4:
      return ['ZSCORE', key, random.pick(TEXTS)];
    case 5:
      return random.chance(0.3)
        ? ['ZCARD', key]
        : ['ZLEXCOUNT', isFlat ? key : 'z2', lexBound(random), lexBound(random)];
    case 6:
      return ['ZRANGE', key, index(), index(), ...scores, ...maybe(random, 0.4, 'REV')];
    case 7:
      return [
        'ZRANGE',
        key,
        bound(random),
        bound(random),
        'BYSCORE',
        ...scores,
        ...limit,
        ...maybe(random, 0.4, 'REV'),
      ];
    case 8:
      return ['ZRANGEBYSCORE', key, bound(random), bound(random), ...scores, ...limit];
    case 9:
      return ['ZREVRANGEBYLEX', isFlat ? key : 'z2', lexBound(random), lexBound(random), ...limit];
    default:
      return [
        'ZRANGE',
        'z2',
        lexBound(random),
        lexBound(random),
        'BYLEX',
        ...limit,
        ...maybe(random, 0.5, 'REV'),
      ];
  }
}

function streamId(random: Random): string {
  const ms = FUTURE_MS + random.integer(0, 40);
  if (random.chance(0.06))
    return random.pick([
      '0-0',
      '0-1',
      '5',
      'x',
      '-',
      '+',
      '',
      '1-',
      '-1',
      '18446744073709551615-0',
      '18446744073709551615-18446744073709551614',
      ' 7-1',
      '07-1',
      '7-+1',
      '7-x',
      '7-\u0000',
      '18446744073709551616',
      '1-18446744073709551615',
      '9007199254740993-9007199254740993',
    ]);
  if (random.chance(0.1)) return String(ms);
  return `${ms}-${random.integer(0, 30)}`;
}

/** Often the id of an entry that is there. */
function knownId(random: Random, key: string, servers: Servers): string {
  const ids = random.chance(0.7) ? servers.ids(key) : [];
  return ids.length === 0 ? streamId(random) : random.pick(ids);
}

function newId(random: Random, key: string, servers: Servers): string {
  const last = servers.lastMs(key);
  const isAhead = last > FUTURE_MS / 2;
  if (isAhead && random.chance(0.4)) return '*';
  if (random.chance(0.2)) return `${Math.max(last, FUTURE_MS) + random.integer(-1, 1)}-*`;
  return random.chance(0.5) && isAhead ? `${last}-${random.integer(0, 99)}` : streamId(random);
}

function fields(random: Random): readonly string[] {
  const names = random.chance(0.6) ? ['p', 'c', 'e'] : some(random, TEXTS, 3);
  const size = random.pick([1, 5, 60, 64, 130, 900]);
  return names.flatMap((name) => [
    name,
    random.chance(0.3)
      ? 'v'.repeat(size)
      : random.pick([...TEXTS, ...HUGE, '123', '70000', '5000000000']),
  ]);
}

function trimming(random: Random, key: string, servers: Servers): readonly string[] {
  const limit = maybe(random, 0.15, 'LIMIT', random.pick(['0', '10', '150', '1000', '-1', 'x']));
  const sign = random.pick([[], ['~'], ['~'], ['=']]);
  if (random.chance(0.25)) return ['MINID', ...sign, knownId(random, key, servers), ...limit];
  return ['MAXLEN', ...sign, String(random.pick([0, 1, 3, 20, 90, 150, 250, -1])), ...limit];
}

function streamCommand(random: Random, servers: Servers): readonly string[] {
  const key = keyOf(random, 's');
  const open = (): string => random.pick(['', '', '(']) + knownId(random, key, servers);
  const from = (): string => (random.chance(0.4) ? random.pick(['-', '+', '(-']) : open());
  switch (random.integer(0, 8)) {
    case 0:
    case 1:
    case 2:
      return [
        'XADD',
        key,
        ...maybe(random, 0.1, 'NOMKSTREAM'),
        ...(random.chance(0.3) ? trimming(random, key, servers) : []),
        newId(random, key, servers),
        ...fields(random),
      ];
    case 3:
      return [
        'XDEL',
        key,
        ...Array.from({ length: random.integer(1, 6) }, () => knownId(random, key, servers)),
      ];
    case 4:
      return ['XLEN', key];
    case 5:
      return [
        'XRANGE',
        key,
        random.chance(0.5) ? '-' : from(),
        random.chance(0.5) ? '+' : from(),
        ...count(random),
      ];
    case 6:
      return [
        'XREVRANGE',
        key,
        random.chance(0.5) ? '+' : from(),
        random.chance(0.5) ? '-' : from(),
        ...count(random),
      ];
    case 7:
      return random.chance(0.3)
        ? ['XTRIM', key, ...trimming(random, key, servers)]
        : ['XINFO', 'STREAM', key];
    default:
      return [
        'XINFO',
        'STREAM',
        key,
        ...random.pick([
          ['FULL'],
          ['full', 'COUNT', '2'],
          ['FULL', 'COUNT', '-1'],
          ['x'],
          ['FULL', 'x', '1'],
        ]),
      ];
  }
}

/** Many entries at once: more than a node of a stream takes. */
function burst(random: Random, servers: Servers): readonly (readonly string[])[] {
  const key = random.pick(['s1', 's2', 's3']);
  const ms = Math.max(servers.lastMs(key), FUTURE_MS + random.integer(30, 60));
  const limit = String(random.integer(0, 260));
  const size = random.pick([1, 10, 30, 100, 400]);
  const isUneven = random.chance(0.3);
  const entries = Array.from({ length: random.integer(20, 160) }, (_, i) => {
    const value = 'v'.repeat(isUneven ? random.integer(0, 2 * size) : size);
    const trim = random.chance(0.7) ? ['MAXLEN', '~', limit] : [];
    return ['XADD', key, ...trim, `${ms}-*`, 'p', 'run', 'c', String(i), 'e', value];
  });
  return random.chance(0.3) ? [['DEL', key], ...entries] : entries;
}

function count(random: Random): readonly string[] {
  return random.chance(0.5) ? ['COUNT', String(random.integer(-1, 6))] : [];
}

function groupCommand(random: Random, servers: Servers): readonly string[] {
  const key = keyOf(random, 's');
  const group = random.pick(GROUPS);
  const consumer = random.pick(CONSUMERS);
  const ids = (): string[] =>
    Array.from({ length: random.integer(1, 4) }, () => knownId(random, key, servers));
  const idle = random.pick(['0', '0', '500000000', '-1', 'x']);
  switch (random.integer(0, 13)) {
    case 0:
    case 1:
      return [
        'XGROUP',
        'CREATE',
        key,
        group,
        random.pick(['$', '0', '-', knownId(random, key, servers)]),
        ...maybe(random, 0.6, 'MKSTREAM'),
        ...maybe(random, 0.2, 'ENTRIESREAD', random.pick(['0', '5', '-1', '-2'])),
      ];
    case 2:
      return ['XGROUP', random.chance(0.2) ? 'DESTROY' : 'NOTHING', key, group];
    case 3:
      return [
        'XGROUP',
        random.pick(['CREATECONSUMER', 'CREATECONSUMER', 'DELCONSUMER']),
        key,
        group,
        consumer,
      ];
    case 4:
      return [
        'XGROUP',
        'SETID',
        key,
        group,
        random.pick(['$', '0', '+', knownId(random, key, servers)]),
        ...maybe(random, 0.2, 'ENTRIESREAD', '7'),
      ];
    case 5:
    case 6:
    case 7: {
      const keys = some(random, ['s1', 's2', 's3', key], random.chance(0.2) ? 2 : 1);
      return [
        'XREADGROUP',
        'GROUP',
        group,
        consumer,
        ...count(random),
        ...maybe(random, 0.2, 'NOACK'),
        'STREAMS',
        ...keys,
        ...keys.map(() =>
          random.chance(0.8) ? '>' : random.pick(['0', '$', knownId(random, key, servers)]),
        ),
      ];
    }
    case 8:
      return ['XACK', key, group, ...ids()];
    case 9:
      return [
        'XPENDING',
        key,
        group,
        ...maybe(
          random,
          0.7,
          ...maybe(random, 0.4, 'IDLE', idle),
          random.pick(['-', knownId(random, key, servers), `(${knownId(random, key, servers)}`]),
          random.pick(['+', knownId(random, key, servers)]),
          String(random.integer(-1, 9)),
          ...maybe(random, 0.4, consumer),
        ),
      ];
    case 10:
    case 11:
      return [
        'XCLAIM',
        key,
        group,
        consumer,
        idle,
        ...ids(),
        ...maybe(random, 0.5, 'IDLE', random.pick(['0', '1000000000', '2147483647', ...HUGE])),
        ...maybe(random, 0.3, 'RETRYCOUNT', random.pick(['0', '7', '-1'])),
        ...maybe(random, 0.5, 'FORCE'),
        ...maybe(random, 0.5, 'JUSTID'),
        ...maybe(random, 0.1, 'LASTID', knownId(random, key, servers)),
        ...maybe(random, 0.1, 'TIME', random.pick(['1000', 'x'])),
      ];
    case 12:
      return [
        'XAUTOCLAIM',
        key,
        group,
        consumer,
        idle,
        random.pick(['-', '0', knownId(random, key, servers), `(${knownId(random, key, servers)}`]),
        ...maybe(random, 0.5, 'COUNT', random.pick(['1', '2', '5', '0', 'x'])),
        ...maybe(random, 0.4, 'JUSTID'),
      ];
    default:
      return [
        'XINFO',
        ...random.pick([
          ['GROUPS', key],
          ['CONSUMERS', key, group],
          ['consumers', key],
        ]),
      ];
  }
}
