import {
  exponentialDigits,
  fixedDigits,
  generalDigits,
  isNegative,
} from '../../numbers/format-number.ts';
import { LuaError, type LuaValue } from '../../values/values.ts';
import { checkInteger, checkNumber, checkString } from '../arguments.ts';

/** One conversion such as `%-5.2f`. */
interface Conversion {
  readonly flags: string;
  readonly width: number;
  /** Absent where none is given. */
  readonly precision: number | undefined;
  readonly letter: string;
}

/** A text between conversions, or one. */
type Part = string | Conversion;

const CONVERSION = /%([-+ #0]*)([0-9]{0,2})(\.[0-9]{0,2})?([^]?)/y;
/** Parsed formats: a script uses few. */
const parsed = new Map<string, readonly Part[]>();
const PARSED_LIMIT = 1000;

/** `string.format`. */
export function format(template: LuaValue, ...values: LuaValue[]): string {
  const parts = partsOf(checkString(template, 1, 'format'));
  let text = '';
  let position = 0;
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part;
    } else {
      if (part.letter === '') throw optionFault('');
      text += convert(part, values, position);
      position += 1;
    }
  }
  return text;
}

function partsOf(template: string): readonly Part[] {
  const known = parsed.get(template);
  if (known !== undefined) return known;
  const parts = parse(template);
  if (parsed.size >= PARSED_LIMIT) parsed.clear();
  parsed.set(template, parts);
  return parts;
}

function parse(template: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < template.length) {
    const percent = template.indexOf('%', at);
    if (percent < 0) break;
    if (percent > at) parts.push(template.slice(at, percent));
    if (template[percent + 1] === '%') {
      parts.push('%');
      at = percent + 2;
      continue;
    }
    CONVERSION.lastIndex = percent;
    const [, flags = '', width = '', precision, letter = ''] = CONVERSION.exec(template) ?? [];
    at = CONVERSION.lastIndex;
    parts.push({
      flags,
      width: Number(width),
      precision: precision === undefined ? undefined : Number(precision.slice(1)),
      letter,
    });
  }
  if (at < template.length) parts.push(template.slice(at));
  return parts;
}

function convert(conversion: Conversion, values: readonly LuaValue[], index: number): string {
  const { flags, letter } = conversion;
  if (flags.length > 5) throw new LuaError('invalid format (repeated flags)');
  if (letter >= '0' && letter <= '9') {
    throw new LuaError('invalid format (width or precision too long)');
  }
  const value = values[index];
  const position = index + 2;
  if (index >= values.length && 'cdiouxXeEfgGqs'.includes(letter)) {
    const kind = letter === 's' || letter === 'q' ? 'string' : 'number';
    throw new LuaError(`bad argument #${position} to 'format' (${kind} expected, got no value)`);
  }
  switch (letter) {
    case 'c': {
      // C makes an int of it, and what does not fit becomes one whose last byte is zero.
      const whole = checkInteger(value, position, 'format');
      const byte = whole >= -(2 ** 31) && whole < 2 ** 31 ? whole & 255 : 0;
      return untilZero(padText(String.fromCharCode(byte), conversion));
    }
    case 'd':
    case 'i':
      return signedInteger(checkInteger(value, position, 'format'), conversion);
    case 'o':
    case 'u':
    case 'x':
    case 'X':
      return unsignedInteger(checkNumber(value, position, 'format'), conversion);
    case 'e':
    case 'E':
    case 'f':
    case 'g':
    case 'G':
      return floatingPoint(checkNumber(value, position, 'format'), conversion);
    case 'q':
      return quoted(checkString(value, position, 'format'));
    case 's':
      return plainText(checkString(value, position, 'format'), conversion);
    default:
      throw optionFault(letter);
  }
}

function optionFault(letter: string): LuaError {
  return new LuaError(`invalid option '%${letter}' to 'format'`);
}

/** C's strings end at a zero byte; a long one is not handed to C where it need not be cut. */
function plainText(text: string, conversion: Conversion): string {
  if (conversion.precision === undefined && text.length >= 100) return text;
  return padText(untilZero(text).slice(0, conversion.precision), conversion);
}

function untilZero(text: string): string {
  const zero = text.indexOf('\0');
  return zero < 0 ? text : text.slice(0, zero);
}

function padText(text: string, { flags, width }: Conversion): string {
  return flags.includes('-') ? text.padEnd(width) : text.padStart(width);
}

function signedInteger(value: number, conversion: Conversion): string {
  // Beyond 2^53, a number's own text would not have all digits.
  const digits = BigInt(Math.abs(value)).toString();
  return padNumber(signOf(value < 0, conversion), integerDigits(digits, conversion), conversion);
}

function unsignedInteger(value: number, conversion: Conversion): string {
  const { letter, flags, precision } = conversion;
  const bits = unsignedOf(value);
  if (letter === 'u') return padNumber('', integerDigits(bits.toString(), conversion), conversion);
  if (letter === 'o') {
    const octal = integerDigits(bits.toString(8), conversion);
    const hasEventId = flags.includes('#') && !octal.startsWith('0');
    return padNumber('', hasEventId ? `0${octal}` : octal, conversion);
  }
  const digits = integerDigits(bits.toString(16), conversion);
  const prefix = flags.includes('#') && bits !== 0n ? '0x' : '';
  const [start, text] =
    letter === 'X' ? [prefix.toUpperCase(), digits.toUpperCase()] : [prefix, digits];
  return padNumber(start, text, { ...conversion, precision });
}

/** A double as an unsigned integer of C; what does not fit becomes what it does on x86. */
function unsignedOf(value: number): bigint {
  if (value >= 2 ** 64) return 0n;
  return value >= -(2 ** 63) ? BigInt.asUintN(64, BigInt(Math.trunc(value))) : 2n ** 63n;
}

/** The least number of digits is the precision; zero has none for the precision 0. */
function integerDigits(digits: string, { precision }: Conversion): string {
  if (precision === 0 && digits === '0') return '';
  return digits.padStart(precision ?? 1, '0');
}

function floatingPoint(value: number, conversion: Conversion): string {
  const { flags, letter, precision = 6 } = conversion;
  const magnitude = Math.abs(value);
  const isAlternate = flags.includes('#');
  let digits: string;
  if (letter === 'f') digits = fixedDigits(magnitude, precision, isAlternate);
  else if (letter === 'e' || letter === 'E') {
    digits = exponentialDigits(magnitude, precision, isAlternate);
  } else {
    digits = generalDigits(magnitude, precision, isAlternate);
  }
  if (letter === 'E' || letter === 'G') digits = digits.toUpperCase();
  const sign = signOf(isNegative(value), conversion);
  // Zeros are not put before "inf".
  const isPadded = Number.isFinite(value);
  return padNumber(sign, digits, {
    ...conversion,
    precision: undefined,
    flags: isPadded ? flags : flags.replaceAll('0', ''),
  });
}

function signOf(negative: boolean, { flags }: Conversion): string {
  if (negative) return '-';
  if (flags.includes('+')) return '+';
  return flags.includes(' ') ? ' ' : '';
}

/** Fills up to the width: with zeros after the sign where nothing forbids it. */
function padNumber(sign: string, digits: string, conversion: Conversion): string {
  const { flags, width, precision } = conversion;
  if (flags.includes('-')) return (sign + digits).padEnd(width);
  if (flags.includes('0') && precision === undefined) {
    return sign + digits.padStart(width - sign.length, '0');
  }
  return (sign + digits).padStart(width);
}

function quoted(text: string): string {
  let result = '"';
  for (const character of text) {
    if (character === '"' || character === '\\' || character === '\n') result += `\\${character}`;
    else if (character === '\r') result += '\\r';
    else if (character === '\0') result += '\\000';
    else result += character;
  }
  return `${result}"`;
}
