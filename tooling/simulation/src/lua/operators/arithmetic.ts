import { parseNumber } from '../numbers/parse-number.ts';
import type { LuaError, LuaValue } from '../values/values.ts';
import { kindFault, type Site } from './faults.ts';

/** The number that a value is or, as a string, stands for; nothing for any other. */
export function toNumber(value: LuaValue): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? parseNumber(value) : undefined;
}

export function add(left: LuaValue, right: LuaValue, site: Site): number {
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  return leftNumber(left, right, site) + rightNumber(left, right, site);
}

export function subtract(left: LuaValue, right: LuaValue, site: Site): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return leftNumber(left, right, site) - rightNumber(left, right, site);
}

export function multiply(left: LuaValue, right: LuaValue, site: Site): number {
  if (typeof left === 'number' && typeof right === 'number') return left * right;
  return leftNumber(left, right, site) * rightNumber(left, right, site);
}

export function divide(left: LuaValue, right: LuaValue, site: Site): number {
  if (typeof left === 'number' && typeof right === 'number') return left / right;
  return leftNumber(left, right, site) / rightNumber(left, right, site);
}

/** What is left has the sign of the divisor. */
export function modulo(left: LuaValue, right: LuaValue, site: Site): number {
  const a = leftNumber(left, right, site);
  const b = rightNumber(left, right, site);
  return a - Math.floor(a / b) * b;
}

export function power(left: LuaValue, right: LuaValue, site: Site): number {
  return powerOf(leftNumber(left, right, site), rightNumber(left, right, site));
}

/**
 * As C's `pow`, which has a value where JavaScript has none, for 1 and -1, and is rounded correctly
 * where V8 is not always. What is no whole number may still differ in its last bit.
 */
export function powerOf(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1;
  if (exponent < 0 && Number.isInteger(base) && Number.isInteger(exponent)) {
    const whole = base ** -exponent;
    if (Number.isSafeInteger(whole)) return 1 / whole;
  }
  return base ** exponent;
}

export function negate(value: LuaValue, site: Site): number {
  if (typeof value === 'number') return -value;
  return -leftNumber(value, 0, site);
}

function leftNumber(left: LuaValue, right: LuaValue, site: Site): number {
  const number = toNumber(left);
  if (number === undefined) throw arithmeticFault(left, right, site);
  return number;
}

function rightNumber(left: LuaValue, right: LuaValue, site: Site): number {
  const number = toNumber(right);
  if (number === undefined) throw arithmeticFault(left, right, site);
  return number;
}

function arithmeticFault(left: LuaValue, right: LuaValue, site: Site): LuaError {
  return toNumber(left) === undefined
    ? kindFault('perform arithmetic on', left, site, 'left')
    : kindFault('perform arithmetic on', right, site, 'right');
}
