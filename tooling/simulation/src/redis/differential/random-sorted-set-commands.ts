import type { Random } from '../../kernel/random.ts';
import { HUGE, keyOf, maybe, NUMBERS, ODD_NUMBERS, some, TEXTS } from './random-values.ts';

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

/** A command for a sorted set. */
export function sortedSetCommand(random: Random): readonly string[] {
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
