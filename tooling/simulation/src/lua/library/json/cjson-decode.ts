import { LuaError, LuaTable, type LuaValue } from '../../values/values.ts';
import { argumentFault, checkString } from '../arguments.ts';
import { cjsonNull } from './cjson-null.ts';
import { JsonTokens, type JsonToken } from './json-tokens.ts';

const MAX_DEPTH = 1000;

/** `cjson.decode`, with the settings that Redis has. Null becomes `cjson.null`. */
export function cjsonDecode(...values: LuaValue[]): LuaValue {
  if (values.length !== 1) throw argumentFault(1, 'decode', 'expected 1 argument');
  const text = checkString(values[0], 1, 'decode');
  if (text.length >= 2 && (text.charCodeAt(0) === 0 || text.charCodeAt(1) === 0)) {
    throw new LuaError('JSON parser does not support UTF-16 or UTF-32');
  }
  const tokens = new JsonTokens(text);
  const value = decodeValue(tokens, tokens.next(), 0);
  const end = tokens.next();
  if (end.kind !== 'T_END') throw unexpected('the end', end);
  return value;
}

function decodeValue(tokens: JsonTokens, token: JsonToken, depth: number): LuaValue {
  switch (token.kind) {
    case 'T_STRING':
    case 'T_NUMBER':
    case 'T_BOOLEAN':
      return token.value;
    case 'T_NULL':
      return cjsonNull;
    case 'T_OBJ_BEGIN':
      return decodeObject(tokens, deeper(depth, token));
    case 'T_ARR_BEGIN':
      return decodeArray(tokens, deeper(depth, token));
    case 'T_OBJ_END':
    case 'T_ARR_END':
    case 'T_COLON':
    case 'T_COMMA':
    case 'T_END':
    case 'T_ERROR':
    default:
      throw unexpected('value', token);
  }
}

function decodeObject(tokens: JsonTokens, depth: number): LuaTable {
  const table = new LuaTable();
  let token = tokens.next();
  if (token.kind === 'T_OBJ_END') return table;
  for (;;) {
    if (token.kind !== 'T_STRING') throw unexpected('object key string', token);
    const key = token.value;
    token = tokens.next();
    if (token.kind !== 'T_COLON') throw unexpected('colon', token);
    table.set(key, decodeValue(tokens, tokens.next(), depth));
    token = tokens.next();
    if (token.kind === 'T_OBJ_END') return table;
    if (token.kind !== 'T_COMMA') throw unexpected('comma or object end', token);
    token = tokens.next();
  }
}

function decodeArray(tokens: JsonTokens, depth: number): LuaTable {
  const items: LuaValue[] = [];
  let token = tokens.next();
  if (token.kind === 'T_ARR_END') return new LuaTable();
  for (;;) {
    items.push(decodeValue(tokens, token, depth));
    token = tokens.next();
    if (token.kind === 'T_ARR_END') return LuaTable.withItems(items);
    if (token.kind !== 'T_COMMA') throw unexpected('comma or array end', token);
    token = tokens.next();
  }
}

function deeper(depth: number, token: JsonToken): number {
  if (depth >= MAX_DEPTH) {
    throw new LuaError(
      `Found too many nested data structures (${depth + 1}) at character ${token.at + 1}`,
    );
  }
  return depth + 1;
}

function unexpected(expected: string, token: JsonToken): LuaError {
  const found = token.kind === 'T_ERROR' ? token.value : token.kind;
  return new LuaError(
    `Expected ${expected} but found ${String(found)} at character ${token.at + 1}`,
  );
}
