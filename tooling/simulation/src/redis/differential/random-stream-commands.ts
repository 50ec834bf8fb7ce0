import type { Random } from '../../kernel/random.ts';
import { FUTURE_MS, HUGE, keyOf, maybe, type Servers, some, TEXTS } from './random-values.ts';

/** An id; now and then a strange one. */
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
export function knownId(random: Random, key: string, servers: Servers): string {
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

/** A command for the entries of a stream. */
export function streamCommand(random: Random, servers: Servers): readonly string[] {
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
export function burst(random: Random, servers: Servers): readonly (readonly string[])[] {
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

/** COUNT with a small number, or nothing. */
export function count(random: Random): readonly string[] {
  return random.chance(0.5) ? ['COUNT', String(random.integer(-1, 6))] : [];
}
