/** A number as C's `strtod` finds it at a position of a text, and where it ends. */
export interface ScannedNumber {
  readonly value: number;
  readonly end: number;
}

const SHORT_DECIMAL = /^[0-9]{1,15}$/;
const BLANKS = /[ \t\n\v\f\r]*/y;
const DECIMAL = /[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y;
const HEXADECIMAL =
  /([+-]?)0[xX](?:([0-9a-fA-F]+)\.?([0-9a-fA-F]*)|\.([0-9a-fA-F]+))(?:[pP]([+-]?[0-9]+))?/y;
const SPECIAL = /([+-]?)(inf(?:inity)?|nan(?:\([0-9a-z_]*\))?)/iy;

/** The number that a whole text stands for, as in arithmetic; nothing where it stands for none. */
export function parseNumber(text: string): number | undefined {
  if (SHORT_DECIMAL.test(text)) return Number(text);
  const scanned = scanNumber(text, skipBlanks(text, 0));
  return scanned !== undefined && isEnd(text, scanned.end) ? scanned.value : undefined;
}

/** A whole number to a base from 2 to 36, as `tonumber` with a base reads it. */
export function parseInteger(text: string, base: number): number | undefined {
  let at = skipBlanks(text, 0);
  const negative = text[at] === '-';
  if (negative || text[at] === '+') at += 1;
  if (base === 16 && /^0[xX][0-9a-fA-F]/.test(text.slice(at, at + 3))) at += 2;
  const start = at;
  let value = 0n;
  for (; at < text.length; at += 1) {
    const digit = digitOf(text.charCodeAt(at));
    if (digit >= base) break;
    value = value * BigInt(base) + BigInt(digit);
  }
  if (at === start || !isEnd(text, at)) return undefined;
  // C's `strtoul`: as large as fits, and a negated number wraps around.
  const largest = 2n ** 64n - 1n;
  if (value > largest) return Number(largest);
  return Number(negative ? BigInt.asUintN(64, -value) : value);
}

/** The longest number that begins at a position. */
export function scanNumber(text: string, at: number): ScannedNumber | undefined {
  HEXADECIMAL.lastIndex = at;
  const hexadecimal = HEXADECIMAL.exec(text);
  if (hexadecimal !== null) {
    const [, sign, whole = '', part = '', onlyPart = '', exponent = '0'] = hexadecimal;
    const fraction = part + onlyPart;
    const mantissa = Number(BigInt(`0x${whole}${fraction}`));
    const value = mantissa * 2 ** (Number(exponent) - 4 * fraction.length);
    return { value: sign === '-' ? -value : value, end: HEXADECIMAL.lastIndex };
  }
  DECIMAL.lastIndex = at;
  const decimal = DECIMAL.exec(text);
  if (decimal !== null) return { value: Number(decimal[0]), end: DECIMAL.lastIndex };
  SPECIAL.lastIndex = at;
  const special = SPECIAL.exec(text);
  if (special === null) return undefined;
  const [, sign, name = ''] = special;
  const value = /^i/i.test(name) ? Infinity : Number.NaN;
  return { value: sign === '-' ? -value : value, end: SPECIAL.lastIndex };
}

function skipBlanks(text: string, at: number): number {
  BLANKS.lastIndex = at;
  BLANKS.exec(text);
  return BLANKS.lastIndex;
}

/** Whether only blanks are left; a C string ends at a zero byte. */
function isEnd(text: string, at: number): boolean {
  const end = skipBlanks(text, at);
  return end === text.length || text.charCodeAt(end) === 0;
}

function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 122 ? letter - 87 : 36;
}
