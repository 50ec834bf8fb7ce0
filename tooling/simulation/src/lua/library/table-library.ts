import { formatNumber } from '../numbers/format-number.ts';
import { NOTHING } from '../operators/results.ts';
import { typeOf } from '../operators/faults.ts';
import { LuaError, type LuaResult, LuaTable, type LuaValue } from '../values/values.ts';
import {
  checkInteger,
  checkNumber,
  checkString,
  checkTable,
  optionalInteger,
} from './arguments.ts';
import { sort } from './table-sort.ts';

/** `table`. */
export const tableLibrary: LuaTable = LuaTable.fromRecord({
  concat,
  getn: (table: LuaValue) => checkTable(table, 1, 'getn').length,
  insert,
  maxn,
  remove,
  sort,
}).freeze();

function concat(table: LuaValue, separator: LuaValue, from: LuaValue, to: LuaValue): string {
  const items = checkTable(table, 1, 'concat');
  const between = separator === undefined ? '' : checkString(separator, 2, 'concat');
  const start = optionalInteger(from, 1, 3, 'concat');
  const end = optionalInteger(to, items.length, 4, 'concat');
  let text = '';
  for (let index = start; index <= end; index += 1) {
    const item = items.get(index);
    if (index > start) text += between;
    if (typeof item === 'string') text += item;
    else if (typeof item === 'number') text += formatNumber(item);
    else {
      throw new LuaError(`invalid value (${typeOf(item)}) at index ${index} in table for 'concat'`);
    }
  }
  return text;
}

function insert(...parameters: LuaValue[]): LuaResult {
  const table = checkTable(parameters[0], 1, 'insert');
  const end = table.length + 1;
  if (parameters.length === 2) {
    table.set(end, parameters[1]);
  } else if (parameters.length === 3) {
    const position = checkInteger(parameters[1], 2, 'insert');
    for (let index = Math.max(end, position); index > position; index -= 1) {
      table.set(index, table.get(index - 1));
    }
    table.set(position, parameters[2]);
  } else {
    throw new LuaError("wrong number of arguments to 'insert'");
  }
  return NOTHING;
}

function maxn(table: LuaValue): number {
  let largest = 0;
  for (const [key] of checkTable(table, 1, 'maxn').entries()) {
    if (typeof key === 'number' && key > largest) largest = key;
  }
  return largest;
}

function remove(from: LuaValue, position: LuaValue): LuaResult {
  const table = checkTable(from, 1, 'remove');
  const end = table.length;
  const start = position === undefined ? end : Math.trunc(checkNumber(position, 2, 'remove'));
  if (!(start >= 1 && start <= end)) return NOTHING;
  const removed = table.get(start);
  for (let index = start; index < end; index += 1) table.set(index, table.get(index + 1));
  table.set(end, undefined);
  return removed;
}
