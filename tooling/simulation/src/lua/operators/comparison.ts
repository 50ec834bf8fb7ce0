import type { LuaValue } from '../values/values.ts';
import { orderFault, type Site } from './faults.ts';

export function less(left: LuaValue, right: LuaValue, site: Site): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left < right;
  if (typeof left === 'string' && typeof right === 'string') return left < right;
  throw orderFault(left, right, site);
}

export function lessOrEqual(left: LuaValue, right: LuaValue, site: Site): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left <= right;
  if (typeof left === 'string' && typeof right === 'string') return left <= right;
  throw orderFault(left, right, site);
}

/** Lua turns it round, and so the message about it. */
export function greater(left: LuaValue, right: LuaValue, site: Site): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left > right;
  if (typeof left === 'string' && typeof right === 'string') return left > right;
  throw orderFault(right, left, site);
}

export function greaterOrEqual(left: LuaValue, right: LuaValue, site: Site): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left >= right;
  if (typeof left === 'string' && typeof right === 'string') return left >= right;
  throw orderFault(right, left, site);
}
