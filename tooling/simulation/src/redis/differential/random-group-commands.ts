import type { Random } from '../../kernel/random.ts';
import { count, knownId } from './random-stream-commands.ts';
import { HUGE, keyOf, maybe, type Servers, some } from './random-values.ts';

const GROUPS = ['g1', 'g2', ''];
const CONSUMERS = ['c1', 'c2', 'c3', ''];

/** A command for consumer groups. */
export function groupCommand(random: Random, servers: Servers): readonly string[] {
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
