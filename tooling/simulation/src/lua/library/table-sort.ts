import { less } from '../operators/comparison.ts';
import { first, NOTHING } from '../operators/results.ts';
import { LuaError, type LuaResult, type LuaTable, type LuaValue } from '../values/values.ts';
import { argumentFault, checkTable } from './arguments.ts';

/** Whether a value belongs before another. */
type Before = (left: LuaValue, right: LuaValue) => boolean;

/** `table.sort`. */
export function sort(values: LuaValue, order: LuaValue): LuaResult {
  const table = checkTable(values, 1, 'sort');
  if (order === undefined) {
    sortRange(table, 1, table.length, (left, right) => less(left, right, ''));
  } else {
    if (typeof order !== 'function') throw argumentFault(2, 'sort', 'function expected');
    sortRange(table, 1, table.length, (left, right) => {
      const answer = first(order(left, right));
      return answer !== undefined && answer !== false;
    });
  }
  return NOTHING;
}

/**
 * Lua's own quicksort, step by step: the order of values that no comparison separates is the same,
 * and so are the comparisons that are made.
 */
function sortRange(table: LuaTable, from: number, to: number, before: Before): void {
  let low = from;
  let high = to;
  while (low < high) {
    orderPair(table, low, high, before);
    if (high - low === 1) return;
    const middle = Math.floor((low + high) / 2);
    if (before(table.get(middle), table.get(low))) swap(table, middle, low);
    else orderPair(table, middle, high, before);
    if (high - low === 2) return;
    const pivot = table.get(middle);
    swap(table, middle, high - 1);
    const place = partition(table, low, high, pivot, before);
    // The smaller part first; the other one in the next round.
    if (place - low < high - place) {
      sortRange(table, low, place - 1, before);
      low = place + 1;
    } else {
      sortRange(table, place + 1, high, before);
      high = place - 1;
    }
  }
}

/** Puts what belongs before the pivot before it. Returns the pivot's place. */
function partition(
  table: LuaTable,
  low: number,
  high: number,
  pivot: LuaValue,
  before: Before,
): number {
  let left = low;
  let right = high - 1;
  for (;;) {
    left += 1;
    while (before(table.get(left), pivot)) {
      if (left > high) throw invalidOrder();
      left += 1;
    }
    right -= 1;
    while (before(pivot, table.get(right))) {
      if (right < low) throw invalidOrder();
      right -= 1;
    }
    if (right < left) break;
    swap(table, left, right);
  }
  swap(table, high - 1, left);
  return left;
}

function orderPair(table: LuaTable, left: number, right: number, before: Before): void {
  if (before(table.get(right), table.get(left))) swap(table, left, right);
}

function swap(table: LuaTable, left: number, right: number): void {
  const value = table.get(left);
  table.set(left, table.get(right));
  table.set(right, value);
}

function invalidOrder(): LuaError {
  return new LuaError('invalid order function for sorting');
}
