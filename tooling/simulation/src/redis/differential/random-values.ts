import type { Random } from '../../kernel/random.ts';

/** Later than any clock, so that `*` gives the id after the last one. */
export const FUTURE_MS: number = 4_000_000_000_000;

export const KEYS: readonly string[] = [
  'h1',
  'h2',
  'z1',
  'z2',
  's1',
  's2',
  's3',
  'x',
  'none',
  '\u00ff\u0000k\r\n{t}',
];
export const TEXTS: readonly string[] = [
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
export const NUMBERS: readonly string[] = [
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
export const ODD_NUMBERS: readonly string[] = [
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
export const HUGE: readonly string[] = [
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '1e18',
];
/** What a generator must know of the servers. */
export interface Servers {
  /** The milliseconds of a stream's last id; 0 where there is none. */
  lastMs(key: string): number;
  /** Ids of some entries of a stream. */
  ids(key: string): readonly string[];
}

/** Up to a number of choices. */
export function some(random: Random, choices: readonly string[], most: number): string[] {
  return Array.from({ length: random.integer(1, most) }, () => random.pick(choices));
}

/** Some arguments, or none. */
export function maybe(
  random: Random,
  probability: number,
  ...args: readonly string[]
): readonly string[] {
  return random.chance(probability) ? args : [];
}

/** Mostly a key of one type; now and then any. */
export function keyOf(random: Random, prefix: string): string {
  const own = KEYS.filter((key) => key.startsWith(prefix));
  return random.chance(0.93) ? random.pick(own) : random.pick(KEYS);
}
