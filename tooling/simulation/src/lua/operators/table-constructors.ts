import { LuaTable, type LuaValue } from '../values/values.ts';

/** `{ [key] = value, ... }`, from keys and values in turn. */
export function keyedTable(pairs: readonly LuaValue[]): LuaTable {
  const table = new LuaTable();
  for (let at = 0; at < pairs.length; at += 2) table.set(pairs[at], pairs[at + 1]);
  return table;
}

/**
 * A constructor with keys and items in any order. The layout has an `i` for an item and a `k` for a
 * key with its value; what is left after it are items. An item wins over a key of the same number.
 */
export function mixedTable(layout: string, values: readonly LuaValue[]): LuaTable {
  const items: LuaValue[] = [];
  const pairs: LuaValue[] = [];
  let at = 0;
  for (const part of layout) {
    if (part === 'i') {
      items.push(values[at]);
      at += 1;
    } else {
      pairs.push(values[at], values[at + 1]);
      at += 2;
    }
  }
  for (; at < values.length; at += 1) items.push(values[at]);
  const count = items.length;
  const table = LuaTable.withItems(items);
  for (let pair = 0; pair < pairs.length; pair += 2) {
    const key = pairs[pair];
    const isItem = typeof key === 'number' && key >= 1 && key <= count && Number.isInteger(key);
    if (!isItem) table.set(key, pairs[pair + 1]);
  }
  return table;
}
