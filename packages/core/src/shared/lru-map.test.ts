import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { LruMap } from './lru-map.ts';

const keysOf = (map: Pick<LruMap<unknown>, 'has'>, keys: string): string =>
  keys
    .split('')
    .filter((key) => map.has(key))
    .join('');

describe('LruMap', () => {
  it('drops what was set longest ago', () => {
    const map = new LruMap<number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.set('c', 3);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([undefined, 2, 3]);
  });

  it('keeps what was read or set again', () => {
    const map = new LruMap<number>(3);
    for (const key of 'abc') map.set(key, 0);
    map.get('a');
    map.set('b', 1);
    map.set('d', 0);
    expect(keysOf(map, 'abcd')).toBe('abd');
  });

  it('does not take a look whether an entry is there for its use', () => {
    const map = new LruMap<number>(2);
    map.set('a', 1);
    map.set('b', 2);
    expect(map.has('a')).toBe(true);
    map.set('c', 3);
    expect(keysOf(map, 'abc')).toBe('bc');
  });

  it('drops as many as must go for a heavy value', () => {
    const map = new LruMap<string>(10, ({ length }) => length);
    map.set('a', 'xxx');
    map.set('b', 'xxx');
    map.set('c', 'xxx');
    map.set('d', 'xxxxx');
    expect(keysOf(map, 'abcd')).toBe('cd');
    map.set('d', 'x');
    map.set('e', 'xxxxxx');
    expect(keysOf(map, 'abcde')).toBe('cde');
  });

  it('keeps no value that is heavier than all may be, and not what it would replace', () => {
    const map = new LruMap<string>(3, ({ length }) => length);
    map.set('a', 'x');
    map.set('b', 'x');
    map.set('a', 'xxxx');
    expect([map.get('a'), map.get('b')]).toEqual([undefined, 'x']);
    map.set('c', 'xx');
    expect(keysOf(map, 'abc')).toBe('bc');
  });

  it('has room again for what was deleted', () => {
    const map = new LruMap<number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.delete('a');
    map.delete('a');
    map.set('c', 3);
    expect(keysOf(map, 'abc')).toBe('bc');
  });

  it('tells its entries in the order in which they were set', () => {
    const map = new LruMap<number>(3);
    for (const key of 'abc') map.set(key, 0);
    map.get('a');
    map.set('b', 1);
    expect([...map.entries()]).toEqual([
      ['a', 0],
      ['c', 0],
      ['b', 1],
    ]);
    map.set('d', 2);
    expect(keysOf(map, 'abcd')).toBe('abd');
  });

  it('does what a list in the order of use does', () => {
    const step = fc.record({
      act: fc.constantFrom('get', 'set', 'delete'),
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      weight: fc.integer({ min: 0, max: 7 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const map = new LruMap<number>(6, (weight) => weight);
        let list: { readonly key: string; readonly weight: number }[] = [];
        for (const { act, key, weight } of steps) {
          const found = list.find((entry) => entry.key === key);
          expect(act === 'get' ? map.get(key) : undefined).toBe(
            act === 'get' ? found?.weight : undefined,
          );
          list = list.filter((entry) => entry !== found);
          if (act === 'get' && found !== undefined) list.push(found);
          if (act === 'set' && weight <= 6) list.push({ key, weight });
          if (act === 'set') map.set(key, weight);
          if (act === 'delete') map.delete(key);
          while (list.reduce((sum, entry) => sum + entry.weight, 0) > 6) list.shift();
          expect(keysOf(map, 'abcde')).toBe(
            list
              .map((entry) => entry.key)
              .toSorted()
              .join(''),
          );
        }
      }),
    );
  });
});
