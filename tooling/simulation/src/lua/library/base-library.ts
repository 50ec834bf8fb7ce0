import { formatNumber } from '../numbers/format-number.ts';
import { parseInteger } from '../numbers/parse-number.ts';
import { callee } from '../operators/access.ts';
import { toNumber } from '../operators/arithmetic.ts';
import { placeOf, typeOf } from '../operators/faults.ts';
import { all, NOTHING, resultOf } from '../operators/results.ts';
import {
  LuaError,
  type LuaResult,
  LuaTable,
  LuaUserdata,
  type LuaValue,
} from '../values/values.ts';
import {
  argumentFault,
  checkInteger,
  checkString,
  checkTable,
  optionalInteger,
  STACK_LIMIT,
} from './arguments.ts';
import { ipairsStep, nextPair } from './traversal.ts';

/** The functions that are globals themselves. */
export const baseLibrary: Readonly<Record<string, LuaValue>> = {
  assert: (...values: LuaValue[]) => assertAt('', ...values),
  error: (...values: LuaValue[]) => raise('', ...values),
  ipairs: (table: LuaValue) => [ipairsStep, checkTable(table, 1, 'ipairs'), 0],
  next: nextPair,
  pairs: (table: LuaValue) => [nextPair, checkTable(table, 1, 'pairs'), undefined],
  pcall,
  rawequal: (left: LuaValue, right: LuaValue) => left === right,
  rawget: (table: LuaValue, key: LuaValue) => checkTable(table, 1, 'rawget').get(key),
  rawset: (table: LuaValue, key: LuaValue, value: LuaValue) => {
    checkTable(table, 1, 'rawset').set(key, value);
    return table;
  },
  select,
  tonumber,
  tostring: (...values: LuaValue[]) => toString(present(values, 'tostring')),
  type: (...values: LuaValue[]) => typeOf(present(values, 'type')),
  unpack,
};

/**
 * `error`, with the line of its call, which goes before a message; empty where it is not known.
 *
 * What a level above 1 would name, the caller's line, is not known.
 */
export function raise(line: string, ...[value, level]: LuaValue[]): never {
  const depth = optionalInteger(level, 1, 2, 'error');
  if (depth !== 1 || line === '' || (typeof value !== 'string' && typeof value !== 'number')) {
    throw new LuaError(value);
  }
  throw new LuaError(placeOf(line) + checkString(value, 1, 'error'));
}

/** `assert`, with the line of its call. */
export function assertAt(line: string, ...values: LuaValue[]): LuaResult {
  const condition = present(values, 'assert');
  if (condition !== undefined && condition !== false) return resultOf(values);
  const message =
    values[1] === undefined ? 'assertion failed!' : checkString(values[1], 2, 'assert');
  throw new LuaError(line === '' ? message : placeOf(line) + message);
}

/** The error that a script would catch, or that would end it; nothing for what is none of Lua's. */
export function caughtError(error: unknown): LuaError | undefined {
  if (error instanceof LuaError) return error;
  if (error instanceof RangeError && error.message.includes('call stack')) {
    return new LuaError('stack overflow');
  }
  return undefined;
}

/** A host's own errors are no business of the script's and go through. */
function pcall(...[action, ...parameters]: LuaValue[]): LuaResult {
  try {
    return [true, ...all(callee(action, '')(...parameters))];
  } catch (error) {
    const caught = caughtError(error);
    if (caught === undefined) throw error;
    return [false, ...handedOver(caught.value)];
  }
}

/**
 * Redis hands over the message in place of a table that carries one in `err`; and otherwise, by
 * mistake, what `err` is after the table.
 */
function handedOver(value: LuaValue): LuaValue[] {
  if (!(value instanceof LuaTable)) return [value];
  const message = value.get('err');
  return typeof message === 'string' || typeof message === 'number' ? [message] : [value, message];
}

function select(...[which, ...values]: LuaValue[]): LuaResult {
  if (which === '#') return values.length;
  const position = checkInteger(which, 1, 'select');
  const start = position < 0 ? values.length + position : Math.min(position - 1, values.length);
  if (position === 0 || start < 0) throw argumentFault(1, 'select', 'index out of range');
  return resultOf(values.slice(start));
}

function tonumber(...values: LuaValue[]): LuaValue {
  const base = optionalInteger(values[1], 10, 2, 'tonumber');
  if (base === 10) return toNumber(present(values, 'tonumber'));
  const text = checkString(values[0], 1, 'tonumber');
  if (base < 2 || base > 36) throw argumentFault(2, 'tonumber', 'base out of range');
  return parseInteger(text, base);
}

/** Every table and function has the same address, so that a simulation repeats itself. */
function toString(value: LuaValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return formatNumber(value);
  if (value === undefined) return 'nil';
  if (typeof value === 'boolean') return String(value);
  return value instanceof LuaUserdata ? 'userdata: (nil)' : `${typeOf(value)}: 0x000000000000`;
}

function unpack(...parameters: LuaValue[]): LuaResult {
  const table = checkTable(parameters[0], 1, 'unpack');
  const from = optionalInteger(parameters[1], 1, 2, 'unpack');
  const to = optionalInteger(parameters[2], table.length, 3, 'unpack');
  const count = to - from + 1;
  if (count <= 0) return NOTHING;
  if (count + parameters.length > STACK_LIMIT) throw new LuaError('too many results to unpack');
  const values: LuaValue[] = [];
  for (let index = from; index <= to; index += 1) values.push(table.get(index));
  return resultOf(values);
}

function present(values: readonly LuaValue[], name: string): LuaValue {
  if (values.length === 0) throw argumentFault(1, name, 'value expected');
  return values[0];
}
