import { assertAt, raise } from '../library/base-library.ts';
import {
  callee,
  index,
  lengthOf,
  presentGlobal,
  refuseGlobal,
  setIndex,
} from '../operators/access.ts';
import { add, divide, modulo, multiply, negate, power, subtract } from '../operators/arithmetic.ts';
import { concatenate } from '../operators/concatenation.ts';
import { greater, greaterOrEqual, less, lessOrEqual } from '../operators/comparison.ts';
import { Loop, loopNumber } from '../operators/loops.ts';
import { all, first, NOTHING, resultOf } from '../operators/results.ts';
import { keyedTable, mixedTable } from '../operators/table-constructors.ts';
import { LuaTable, type LuaValue } from '../values/values.ts';
import { standardLibrary } from '../library/standard-library.ts';

/** What translated scripts use, by the names that they use. */
export const runtime: Readonly<Record<string, unknown>> = {
  add,
  all,
  assertAt,
  callee,
  concatenate,
  divide,
  first,
  greater,
  greaterOrEqual,
  index,
  itemTable: (items: LuaValue[]) => LuaTable.withItems(items),
  keyedTable,
  lengthOf,
  less,
  lessOrEqual,
  Loop,
  loopNumber,
  mixedTable,
  modulo,
  multiply,
  negate,
  NOTHING,
  power,
  presentGlobal,
  raise,
  refuseGlobal,
  resultOf,
  setIndex,
  standard,
  subtract,
};

/** A global of the standard library, or a member of one. */
export function standard(name: string, member?: string): LuaValue {
  const value = standardLibrary.get(name);
  if (member === undefined) return value;
  return value instanceof LuaTable ? value.get(member) : undefined;
}
