import { invalidOption } from './invalid-option.ts';

/** The longest timer of Node; a longer one fires at once. */
export const LONGEST_TIMER_MS: number = 2 ** 31 - 1;
/** 100 years: Redis refuses expiries that leave the range of its clock. */
const LONGEST_TTL_SECONDS = 3_155_760_000;

/** Options whose values are not known to be right, as JavaScript callers may pass them. */
export type UncheckedOptions = Readonly<Record<string, unknown>>;

/**
 * Refuses what is not an object, and names that are not known: a mistyped option would otherwise be
 * an option that has no effect.
 *
 * @param where Prefix of the names in messages, such as `sentinel.`.
 */
export function checkNames(
  options: unknown,
  known: readonly string[],
  where: string,
): UncheckedOptions {
  if (!isRecord(options)) {
    throw invalidOption(where === '' ? 'options' : where.slice(0, -1), 'must be an object');
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw invalidOption(`${where}${name}`, `is not known; known are ${known.join(', ')}`);
    }
  }
  return options;
}

/** Whether a value is an object whose properties can be read by name. */
export function isRecord(value: unknown): value is UncheckedOptions {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A non-empty string, or undefined. */
export function optionalText(value: unknown, name: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '') {
    throw invalidOption(name, 'must be a non-empty string');
  }
  return value;
}

/** A whole number from `least` to `most`. */
export function wholeNumber(
  value: unknown,
  name: string,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    const upTo = most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`;
    throw invalidOption(
      name,
      `must be a whole number from ${least}${upTo}, not ${describe(value)}`,
    );
  }
  return value;
}

/** Milliseconds that a timer can wait. */
export function milliseconds(value: unknown, name: string, least: number): number {
  return wholeNumber(value, name, least, LONGEST_TIMER_MS);
}

/** Seconds that a key can live. */
export function timeToLive(value: unknown, name: string, least = 1): number {
  return wholeNumber(value, name, least, LONGEST_TTL_SECONDS);
}

function describe(value: unknown): string {
  return typeof value === 'number' ? String(value) : `a value of type ${typeof value}`;
}
