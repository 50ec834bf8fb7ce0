import type { LuaResult, LuaValue } from '../values/values.ts';
import { checkTable } from './arguments.ts';

/** `next`. */
export function nextPair(table: LuaValue, key: LuaValue): LuaResult {
  const traversed = checkTable(table, 1, 'next');
  const following = traversed.keyAfter(key);
  return following === undefined ? undefined : [following, traversed.get(following)];
}

/** What `ipairs` goes on with. */
export function ipairsStep(table: LuaValue, index: LuaValue): LuaResult {
  const following = Number(index) + 1;
  const value = checkTable(table, 1, 'ipairs').get(following);
  return value === undefined ? undefined : [following, value];
}
