import { formatNumber } from '../../numbers/format-number.ts';
import { typeOf } from '../../operators/faults.ts';
import { LuaError, LuaTable, LuaUserdata, type LuaValue } from '../../values/values.ts';
import { argumentFault } from '../arguments.ts';

const MAX_DEPTH = 1000;
/** An array may have gaps up to this length, or where at least half of it is there. */
const SAFE_LENGTH = 10;
const SPARSE_RATIO = 2;

// oxlint-disable-next-line no-control-regex -- which bytes are escaped
const ESCAPED = /["\\/\u0000-\u001f\u007f]/;
// oxlint-disable-next-line no-control-regex -- as above
const ALL_ESCAPED = /["\\/\u0000-\u001f\u007f]/g;
const SHORT_ESCAPES = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['/', '\\/'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\f', '\\f'],
  ['\r', '\\r'],
]);

/** `cjson.encode`, with the settings that Redis has. */
export function cjsonEncode(...values: LuaValue[]): string {
  if (values.length !== 1) throw argumentFault(1, 'encode', 'expected 1 argument');
  return encode(values[0], 0);
}

function encode(value: LuaValue, depth: number): string {
  if (typeof value === 'string') return encodeString(value);
  if (typeof value === 'number') return encodeNumber(value);
  if (typeof value === 'boolean') return String(value);
  if (value === undefined || value instanceof LuaUserdata) return 'null';
  if (!(value instanceof LuaTable)) {
    throw new LuaError(`Cannot serialise ${typeOf(value)}: type not supported`);
  }
  if (depth >= MAX_DEPTH) {
    throw new LuaError(`Cannot serialise, excessive depth (${depth + 1})`);
  }
  const length = arrayLength(value);
  return length > 0 ? encodeArray(value, length, depth + 1) : encodeObject(value, depth + 1);
}

function encodeArray(table: LuaTable, length: number, depth: number): string {
  let text = '[';
  for (let index = 1; index <= length; index += 1) {
    if (index > 1) text += ',';
    text += encode(table.get(index), depth);
  }
  return `${text}]`;
}

function encodeObject(table: LuaTable, depth: number): string {
  const members: string[] = [];
  for (const [key, value] of table.entries()) {
    let name: string;
    if (typeof key === 'string') name = encodeString(key);
    else if (typeof key === 'number') name = `"${encodeNumber(key)}"`;
    else
      throw new LuaError(`Cannot serialise ${typeOf(key)}: table key must be a number or string`);
    members.push(`${name}:${encode(value, depth)}`);
  }
  return `{${members.join(',')}}`;
}

/** The largest key where all keys are whole numbers from 1 on; -1 where they are not. */
function arrayLength(table: LuaTable): number {
  let largest = 0;
  let count = 0;
  for (const [key] of table.entries()) {
    if (typeof key !== 'number' || key < 1 || !Number.isInteger(key)) return -1;
    largest = Math.max(largest, key);
    count += 1;
  }
  if (largest > count * SPARSE_RATIO && largest > SAFE_LENGTH) {
    throw new LuaError('Cannot serialise table: excessively sparse array');
  }
  return largest;
}

function encodeNumber(value: number): string {
  if (!Number.isFinite(value)) {
    throw new LuaError('Cannot serialise number: must not be NaN or Inf');
  }
  return formatNumber(value);
}

function encodeString(text: string): string {
  if (!ESCAPED.test(text)) return `"${text}"`;
  return `"${text.replaceAll(ALL_ESCAPED, escapeOf)}"`;
}

function escapeOf(character: string): string {
  const short = SHORT_ESCAPES.get(character);
  return short ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
