import { plainError } from './reply.ts';

const INT64 = /^(?:0|-?[1-9]\d{0,18})$/;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
/** Texts of so many characters are whole numbers that a double holds exactly. */
const EXACT_LENGTH = 15;

/** A text that Redis takes for a whole number of 64 bits; undefined for any other. */
export function parseBigInteger(text: string): bigint | undefined {
  if (!INT64.test(text)) return undefined;
  const value = BigInt(text);
  return value < INT64_MIN || value > INT64_MAX ? undefined : value;
}

/** As `parseBigInteger`, with the nearest double. */
export function parseInteger(text: string): number | undefined {
  if (!INT64.test(text)) return undefined;
  if (text.length > EXACT_LENGTH && parseBigInteger(text) === undefined) return undefined;
  return Number(text);
}

/** @throws {RedisReplyError} where it is none. */
export function requireInteger(text: string, message?: string): number {
  const value = parseInteger(text);
  if (value === undefined) throw plainError(message ?? 'value is not an integer or out of range');
  return value;
}

/** @throws {RedisReplyError} where it is none. */
export function requireBigInteger(text: string): bigint {
  const value = parseBigInteger(text);
  if (value === undefined) throw plainError('value is not an integer or out of range');
  return value;
}

/** Whether a number is one of 64 bits. */
export function isInt64(value: bigint): boolean {
  return value >= INT64_MIN && value <= INT64_MAX;
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const HEXADECIMAL = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)(?:p([+-]?\d+))?$/i;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;
const HAS_DIGIT_AFTER_ZERO = /[1-9]/;

/** What C's `strtod` makes of a whole text, without `nan`; undefined where it leaves some of it. */
export function parseDouble(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text);
  const infinite = INFINITE.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  const hexadecimal = HEXADECIMAL.exec(text);
  if (hexadecimal === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = hexadecimal;
  const digits = whole + fraction;
  if (digits === '') return undefined;
  const value = Number(`0x${digits}`) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -value : value;
}

/** A score: as `strtod` takes it, but nothing that over- or underflows. */
export function parseScore(text: string): number | undefined {
  const value = parseDouble(text);
  if (value === undefined) return undefined;
  const isExtreme = value === 0 || !Number.isFinite(value);
  if (!isExtreme || INFINITE.test(text)) return value;
  const mantissa = text.split(/[ep]/i, 1)[0] ?? '';
  return Number.isFinite(value) && !HAS_DIGIT_AFTER_ZERO.test(mantissa) ? value : undefined;
}

/** How many digits `%.17g` gives at most. */
const DIGITS = 17;

/** A double as C's `%.17g` writes it. */
export function formatDouble(value: number): string {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return '-0';
  const sign = value < 0 ? '-' : '';
  const { digits, exponent } = significantDigits(Math.abs(value));
  const kept = digits.replace(/0+$/, '');
  if (exponent < -4 || exponent >= DIGITS) {
    const fraction = kept.length > 1 ? `.${kept.slice(1)}` : '';
    const power = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${kept.slice(0, 1)}${fraction}e${exponent < 0 ? '-' : '+'}${power}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${kept}`;
  const whole = digits.slice(0, exponent + 1);
  const fraction = kept.slice(exponent + 1);
  return sign + whole + (fraction === '' ? '' : `.${fraction}`);
}

/** The first 17 digits, rounded as C does it: what lies in the middle goes to the even digit. */
function significantDigits(value: number): { digits: string; exponent: number } {
  const rounded = exponential(value, DIGITS - 1);
  // JavaScript rounds the middle up.
  if (!exponential(value, DIGITS).digits.endsWith('5')) return rounded;
  const exact = exponential(value, 100);
  const head = exact.digits.slice(0, DIGITS);
  const isMiddle = /^50*$/.test(exact.digits.slice(DIGITS));
  return isMiddle && Number(head.at(-1)) % 2 === 0
    ? { digits: head, exponent: exact.exponent }
    : rounded;
}

function exponential(value: number, places: number): { digits: string; exponent: number } {
  const [mantissa = '', exponent = '0'] = value.toExponential(places).split('e');
  return { digits: mantissa.replace('.', ''), exponent: Number(exponent) };
}
