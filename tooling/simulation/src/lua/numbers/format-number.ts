import { decimalOf, roundedTo } from './decimal.ts';

/** A number as Lua writes it: `%.14g`. */
export function formatNumber(value: number): string {
  // What JavaScript writes in 14 digits or fewer, without an exponent, is the same.
  if (Number.isInteger(value) && value > -1e14 && value < 1e14 && (value !== 0 || 1 / value > 0)) {
    return String(value);
  }
  const text = String(value);
  const magnitude = Math.abs(value);
  if (text.length <= 15 && magnitude >= 1e-4 && magnitude < 1e14) return text;
  return (isNegative(value) ? '-' : '') + generalDigits(magnitude, 14, false);
}

/** Whether a sign is written. A NaN has one where it comes from arithmetic on x86, as most do. */
export function isNegative(value: number): boolean {
  return value < 0 || (value === 0 && 1 / value < 0) || Number.isNaN(value);
}

/** `%.<precision>f` of a number without a sign. */
export function fixedDigits(magnitude: number, precision: number, alternate: boolean): string {
  if (!Number.isFinite(magnitude)) return special(magnitude);
  const point = precision > 0 || alternate ? '.' : '';
  if (precision === 0 && magnitude <= Number.MAX_SAFE_INTEGER && Number.isInteger(magnitude)) {
    return String(magnitude) + point;
  }
  const decimal = decimalOf(magnitude);
  const rounded = roundedTo(decimal, decimal.exponent + 1 + precision);
  const digits = rounded.digits.padStart(rounded.digits.length - rounded.exponent - 1, '0');
  const length = rounded.exponent + 1;
  const whole = length <= 0 ? '0' : digits.slice(0, length).padEnd(length, '0');
  const fraction = length <= 0 ? digits : digits.slice(length);
  return whole + point + fraction.padEnd(precision, '0').slice(0, precision);
}

/** `%.<precision>e` of a number without a sign. */
export function exponentialDigits(
  magnitude: number,
  precision: number,
  alternate: boolean,
): string {
  if (!Number.isFinite(magnitude)) return special(magnitude);
  const { digits, exponent } = roundedTo(decimalOf(magnitude), precision + 1);
  const point = precision > 0 || alternate ? '.' : '';
  return digits[0] + point + digits.slice(1).padEnd(precision, '0') + exponentText(exponent);
}

/** `%.<precision>g` of a number without a sign. */
export function generalDigits(magnitude: number, precision: number, alternate: boolean): string {
  if (!Number.isFinite(magnitude)) return special(magnitude);
  const kept = Math.max(1, precision);
  const { digits, exponent } = roundedTo(decimalOf(magnitude), kept);
  if (exponent >= -4 && exponent < kept) {
    const text = fixedDigits(magnitude, kept - 1 - exponent, alternate);
    return alternate ? text : withoutZeros(text);
  }
  const mantissa = `${digits[0]}.${digits.slice(1).padEnd(kept - 1, '0')}`;
  return (alternate ? mantissa : withoutZeros(mantissa)) + exponentText(exponent);
}

function special(magnitude: number): string {
  return Number.isNaN(magnitude) ? 'nan' : 'inf';
}

function exponentText(exponent: number): string {
  return `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0*$/, '') : text;
}
