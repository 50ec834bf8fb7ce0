import type { LuaResult, LuaValue } from '../values/values.ts';

/** What a function gives that returns nothing. */
export const NOTHING: readonly LuaValue[] = [];

/** The first value of a call, nil where it gave none. */
export function first(result: LuaResult): LuaValue {
  return isSeveral(result) ? result[0] : result;
}

/** All values of a call. */
export function all(result: LuaResult): readonly LuaValue[] {
  return isSeveral(result) ? result : [result];
}

/** Values in the form of a call's result. */
export function resultOf(values: readonly LuaValue[]): LuaResult {
  return values.length === 1 ? values[0] : values;
}

function isSeveral(result: LuaResult): result is readonly LuaValue[] {
  return typeof result === 'object' && Array.isArray(result);
}
