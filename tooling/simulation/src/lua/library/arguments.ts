import { formatNumber } from '../numbers/format-number.ts';
import { toNumber } from '../operators/arithmetic.ts';
import { typeOf } from '../operators/faults.ts';
import { LuaError, LuaTable, type LuaValue } from '../values/values.ts';

/** An error about an argument of a library function. */
export function argumentFault(position: number, name: string, problem: string): LuaError {
  return new LuaError(`bad argument #${position} to '${name}' (${problem})`);
}

/** An argument that must be a string; a number is written. */
export function checkString(value: LuaValue, position: number, name: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return formatNumber(value);
  throw kindOfArgument('string', value, position, name);
}

/** An argument that must be a number; a string is read. */
export function checkNumber(value: LuaValue, position: number, name: string): number {
  const number = toNumber(value);
  if (number === undefined) throw kindOfArgument('number', value, position, name);
  return number;
}

/** An argument that must be a number, cut to an integer as C does. */
export function checkInteger(value: LuaValue, position: number, name: string): number {
  return truncate(checkNumber(value, position, name));
}

/** As `checkInteger`, with a value for nil. */
export function optionalInteger(
  value: LuaValue,
  fallback: number,
  position: number,
  name: string,
): number {
  return value === undefined ? fallback : checkInteger(value, position, name);
}

/** An argument that must be a table. */
export function checkTable(value: LuaValue, position: number, name: string): LuaTable {
  if (value instanceof LuaTable) return value;
  throw kindOfArgument('table', value, position, name);
}

/** How many values fit on Lua's stack at once: more than that cannot be returned or handed over. */
export const STACK_LIMIT = 8000;

function kindOfArgument(
  expected: string,
  value: LuaValue,
  position: number,
  name: string,
): LuaError {
  const got = value === undefined ? 'nil' : typeOf(value);
  return argumentFault(position, name, `${expected} expected, got ${got}`);
}

/** A double as a 64-bit integer of C; what does not fit becomes the least one, as on x86. */
function truncate(value: number): number {
  const whole = Math.trunc(value);
  return whole >= -(2 ** 63) && whole < 2 ** 63 ? whole : -(2 ** 63);
}
