import { describe, expect, it, test } from 'vitest';

import { Random } from '../../kernel/random.ts';
import { LuaError, LuaTable, type LuaValue } from './values.ts';

function keysOf(table: LuaTable): LuaValue[] {
  return [...table.entries()].map(([key]) => key);
}

describe('a table', () => {
  it('has the values of an array', () => {
    const table = LuaTable.fromArray(['a', undefined, 'c', undefined]);
    expect([table.length, table.get(1), table.get(2), table.get(3)]).toEqual([
      3,
      'a',
      undefined,
      'c',
    ]);
    expect(table.toArray()).toEqual(['a', undefined, 'c']);
    expect(keysOf(table)).toEqual([1, 3]);
  });

  it('does not share the array', () => {
    const values = [1, 2];
    const table = LuaTable.fromArray(values);
    table.set(1, 5);
    expect(values).toEqual([1, 2]);
  });

  it('goes through items first, then keys in the order of their insertion', () => {
    const table = LuaTable.fromRecord({ z: 1, a: 2 });
    table.set(2, 'two');
    table.set(1, 'one');
    table.set('m', 3);
    expect(keysOf(table)).toEqual([1, 2, 'z', 'a', 'm']);
    expect(table.length).toBe(2);
  });

  it('takes what follows into the items', () => {
    const table = new LuaTable();
    for (const key of [5, 3, 2, 4]) table.set(key, key);
    expect(table.length).toBe(0);
    table.set(1, 1);
    expect(table.length).toBe(5);
    expect(table.toArray()).toEqual([1, 2, 3, 4, 5]);
  });

  it('lets a traversal remove what it visits', () => {
    const table = LuaTable.fromArray([1, 2, 3]);
    for (let key = 0; key < 40; key += 1) table.set(`k${key}`, key);
    const seen: LuaValue[] = [];
    for (const [key] of table.entries()) {
      seen.push(key);
      table.set(key, undefined);
    }
    expect(seen).toHaveLength(43);
    expect(keysOf(table)).toEqual([]);
  });

  test.each([undefined, Number.NaN])('refuses the key %s, and has nothing there', (key) => {
    expect(() => new LuaTable().set(key, 1)).toThrow(LuaError);
    expect(new LuaTable().get(key)).toBeUndefined();
  });

  it('refuses changes once it is frozen', () => {
    const table = LuaTable.fromArray([1]).freeze();
    expect(() => table.set(1, 2)).toThrow('Attempt to modify a readonly table');
    expect(() => table.set('x', 2)).toThrow(LuaError);
    expect(table.get(1)).toBe(1);
  });

  it('refuses to go on from what never was a key', () => {
    expect(() => new LuaTable().keyAfter('x')).toThrow("invalid key to 'next'");
  });

  test.each(['a', 'b', 'c', 'd'])('holds what a map holds, by seed %s', (seed) => {
    const random = new Random(`table ${seed}`);
    const table = new LuaTable();
    const map = new Map<LuaValue, LuaValue>();
    for (let step = 0; step < 3000; step += 1) {
      const number = random.integer(0, 30);
      const key = random.pick<LuaValue>([number, number, `k${number}`, number / 2, number > 15]);
      const value = random.chance(0.4) ? undefined : step;
      table.set(key, value);
      if (value === undefined) map.delete(key);
      else map.set(key, value);
      expect(table.get(key)).toBe(value);
      const border = table.length;
      expect(border === 0 || map.has(border)).toBe(true);
      expect(map.has(border + 1)).toBe(false);
    }
    expect(new Map(table.entries())).toEqual(map);
  });
});
