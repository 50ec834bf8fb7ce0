import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it, test } from 'vitest';

import { compileLua, LuaError, type LuaResult, LuaTable, type LuaValue } from './index.ts';

const EMPTY: ReadonlyMap<string, LuaValue> = new Map();

function failureOf(action: () => unknown): LuaError {
  try {
    action();
  } catch (error) {
    if (error instanceof LuaError) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}

describe('a script', () => {
  it('returns its first value', () => {
    expect(compileLua('return 1, 2').run(EMPTY)).toBe(1);
    expect(compileLua('local x = 1').run(EMPTY)).toBeUndefined();
    expect(compileLua('return (function(...) return ... end)(3, 4)').run(EMPTY)).toBe(3);
    expect(compileLua('return ...').run(EMPTY)).toBeUndefined();
  });

  it('is compiled once and runs with one environment after another', () => {
    const chunk = compileLua("return KEYS[1] .. ':' .. #ARGV");
    const first = new Map([
      ['KEYS', LuaTable.fromArray(['a'])],
      ['ARGV', LuaTable.fromArray([])],
    ]);
    const second = LuaTable.fromRecord({
      KEYS: LuaTable.fromArray(['b']),
      ARGV: LuaTable.fromArray(['x', 'y']),
    });
    expect(chunk.run(first)).toBe('a:0');
    expect(chunk.run(second)).toBe('b:2');
    expect(chunk.run(first)).toBe('a:0');
  });

  it('leaves nothing to the next run', () => {
    const chunk = compileLua(
      'local t = {} t[1] = (t[1] or 0) + 1 local n = 0 n = n + t[1] return n',
    );
    expect([chunk.run(EMPTY), chunk.run(EMPTY)]).toEqual([1, 1]);
    for (const change of ['string.x = 1', 'cjson.null = 1', "rawset(math, 'pi', 3)", 'x = 1']) {
      expect(failureOf(() => compileLua(change).run(EMPTY)).message).toContain(
        'Attempt to modify a readonly table',
      );
    }
  });

  it('calls functions of the host, with one value, none or several', () => {
    const calls: LuaValue[][] = [];
    const redis = LuaTable.fromRecord({
      call: (...parameters: LuaValue[]): LuaResult => {
        calls.push(parameters);
        return parameters[0] === 'TWO' ? [1, 2] : parameters[0] === 'NONE' ? [] : 'OK';
      },
    });
    const source = `
      local a, b = redis.call('TWO', 'x', 1)
      local c, d = redis.call('ONE', nil, true)
      return table.concat({ a, b, c, tostring(d), select('#', redis.call('NONE')) }, ' ')`;
    expect(compileLua(source).run(new Map([['redis', redis]]))).toBe('1 2 OK nil 0');
    expect(calls).toEqual([['TWO', 'x', 1], ['ONE', undefined, true], ['NONE']]);
  });

  it('gives functions that the host can call', () => {
    const action = compileLua('return function(a, b) return b, a end').run(EMPTY);
    if (typeof action !== 'function') throw new TypeError('A function was expected.');
    expect(action(1, 2)).toEqual([2, 1]);
  });

  it('takes strings as bytes', () => {
    expect(compileLua("return #'\u00c3\u00a4'").run(EMPTY)).toBe(2);
    expect(() => compileLua("return '\u20ac'")).toThrow(LuaError);
  });
});

describe('errors', () => {
  test.each([
    ['return +', "user_script:1: unexpected symbol '+' near '<eof>'"],
    ['local x =\nend', "user_script:2: <expression> expected near 'end'"],
    ["return 'x", 'user_script:1: unfinished string'],
    ['break', 'user_script:1: no loop to break'],
    ['goto x', 'user_script:1: '],
    ['local function f() return ... end', "cannot use '...' outside a vararg function"],
  ])('of syntax: %s', (source, message) => {
    expect(failureOf(() => compileLua(source)).message).toContain(message);
  });

  it('tell the line', () => {
    const source = 'local t = {}\n\nt.a = 1\nreturn t.b.c';
    expect(failureOf(() => compileLua(source).run(EMPTY)).value).toBe(
      "user_script:4: attempt to index field 'b' (a nil value)",
    );
  });

  it('carry a table that was raised', () => {
    const failure = failureOf(() => compileLua("error({ err = 'ERR own' })").run(EMPTY));
    expect(failure.message).toBe('ERR own');
    expect(failure.value).toBeInstanceOf(LuaTable);
  });

  it('are thrown where a global is missing', () => {
    expect(failureOf(() => compileLua('return KEYS[1]').run(EMPTY)).message).toBe(
      "user_script:1: Script attempted to access nonexistent global variable 'KEYS'",
    );
  });

  it('are thrown where calls are too deep, and can be caught', () => {
    const source = 'local function f() return 1 + f() end ';
    expect(failureOf(() => compileLua(`${source}return f()`).run(EMPTY)).message).toBe(
      'stack overflow',
    );
    expect(compileLua(`${source}return (pcall(f))`).run(EMPTY)).toBe(false);
  });

  it('of the host can be caught where they are errors of Lua only', () => {
    const chunk = compileLua("local _, e = pcall(redis.call, 'x') return e");
    const environment = (thrown: Error): Map<string, LuaValue> => {
      const call = (): never => {
        throw thrown;
      };
      return new Map([['redis', LuaTable.fromRecord({ call })]]);
    };
    const reply = LuaTable.fromRecord({ err: 'WRONGTYPE' });
    expect(chunk.run(environment(new LuaError(reply)))).toBe('WRONGTYPE');
    expect(chunk.run(environment(new LuaError('text')))).toBe('text');
    expect(() => chunk.run(environment(new TypeError('killed')))).toThrow(TypeError);
  });
});

const packages = fileURLToPath(new URL('../../../../packages', import.meta.url));

/** The scripts in the sources of all packages. */
function scriptPaths(): string[] {
  return readdirSync(packages).flatMap((name) => {
    const sources = `${packages}/${name}/src`;
    const paths = readdirSync(sources, { recursive: true, encoding: 'utf8' });
    return paths.filter((path) => path.endsWith('.lua')).map((path) => `${sources}/${path}`);
  });
}

it('translates every script of the packages', () => {
  const scripts = scriptPaths();
  expect(scripts.length).toBeGreaterThan(50);
  for (const path of scripts) expect(() => compileLua(readFileSync(path, 'latin1'))).not.toThrow();
});
