import { describe, expect, it, test } from 'vitest';

import { LuaTable } from '../values/values.ts';
import { evaluate } from '../testing/evaluate.ts';
import { cjsonNull } from './json/cjson-null.ts';

describe('base', () => {
  test.each([
    [
      `return tonumber('0x10'), tonumber(' 7 '), tonumber('ff', 16), tonumber('x')`,
      [16, 7, 255, undefined],
    ],
    [`return tostring(1e15), tostring(nil), tostring(true)`, ['1e+15', 'nil', 'true']],
    [
      `return type(nil), type({}), type(type), type(cjson.null)`,
      ['nil', 'table', 'function', 'userdata'],
    ],
    [`return select(2, 'a', 'b', 'c')`, ['b', 'c']],
    [`return select('#', nil, nil), select(-1, 1, 2)`, [2, 2]],
    [`return unpack({ 1, 2, 3 }, 2)`, [2, 3]],
    [`return pcall(error, 'x')`, [false, 'x']],
    [`return pcall(error, { err = 'x' })`, [false, 'x']],
    [`return assert(1, 'unused')`, [1, 'unused']],
    [`return rawequal('a', 'a'), rawget({ 5 }, 1), #rawset({}, 1, 2)`, [true, 5, 1]],
    [`return next({}), next({ 7 })`, [undefined, 1, 7]],
  ])('%s', (source, values) => {
    expect(evaluate(source)).toEqual(values);
  });

  it('has the same address for each table', () => {
    expect(evaluate('return tostring({}) == tostring({})')).toEqual([true]);
  });

  it('limits what is handed over at once, as the stack does', () => {
    expect(
      evaluate(`return select('#', unpack({}, 1, 7997)), (pcall(unpack, {}, 1, 7998))`),
    ).toEqual([7997, false]);
  });
});

describe('string', () => {
  test.each([
    [
      `return ('hello'):sub(2, -2), ('x'):rep(3), ('aB'):upper(), ('abc'):reverse()`,
      ['ell', 'xxx', 'AB', 'cba'],
    ],
    [`return ('abc'):byte(1, -1)`, [97, 98, 99]],
    [`return string.char(72, 105), ('abc'):len()`, ['Hi', 3]],
    [
      `return string.format('%5.1f|%-4d|%04x|%s|%q', 2.25, 7, 255, 'a', 'b"')`,
      ['  2.2|7   |00ff|a|"b\\""'],
    ],
    [`return string.format('%d', -3.9), string.format('%.0f', 2^53)`, ['-3', '9007199254740992']],
    [`return string.find('a.b', '.', 1, true)`, [2, 2]],
    [`return string.find('key = value', '(%w+)%s*=%s*(%w+)')`, [1, 11, 'key', 'value']],
    [`return string.match('2024-01', '^(%d+)-()(%d+)$')`, ['2024', 6, '01']],
    [
      `return string.match('f(a(b)c)', '%b()'), string.match('THE fox', '%f[%l]%l+')`,
      ['(a(b)c)', 'fox'],
    ],
    [`return string.match('<<a>>', '<(.-)>')`, ['<a']],
    [`return string.gsub('hello', 'l', { l = 'L' })`, ['heLLo', 2]],
    [`return string.gsub('abc', '(%w)(%w)', '%2%1')`, ['bac', 1]],
    [
      `local n = {} for w in string.gmatch('a bc d', '%a+') do n[#n + 1] = w end return n`,
      [['a', 'bc', 'd']],
    ],
  ])('%s', (source, values) => {
    expect(evaluate(source)).toEqual(values);
  });

  test.each([
    [`string.match('a', '[a')`, "malformed pattern (missing ']')"],
    [`string.match('a', '%')`, "malformed pattern (ends with '%')"],
    [`string.match('a', '(a')`, 'unfinished capture'],
    [`string.match('a', 'a)')`, 'invalid pattern capture'],
    [`string.rep()`, "bad argument #1 to 'rep' (string expected, got nil)"],
    [`string.format('%d', {})`, "bad argument #2 to 'format' (number expected, got table)"],
    [`string.format('%y', 1)`, "invalid option '%y' to 'format'"],
  ])('%s fails', (source, message) => {
    expect(() => evaluate(source)).toThrow(message);
  });
});

describe('table', () => {
  test.each([
    [`return table.concat({ 1, 2.5, 'x' }, ', ')`, ['1, 2.5, x']],
    [`local t = { 1, 3 } table.insert(t, 2, 2) table.insert(t, 4) return t`, [[1, 2, 3, 4]]],
    [`local t = { 1, 2, 3 } return table.remove(t, 1), table.remove(t), t`, [1, 3, [2]]],
    [`local t = { 3, 1, 2 } table.sort(t, function(a, b) return a > b end) return t`, [[3, 2, 1]]],
    [`return table.getn({ 1, 2 }), table.maxn({ [7] = 1 })`, [2, 7]],
  ])('%s', (source, values) => {
    expect(evaluate(source)).toEqual(values);
  });

  it('fails where it cannot concatenate', () => {
    expect(() => evaluate(`table.concat({ {} })`)).toThrow(
      "invalid value (table) at index 1 in table for 'concat'",
    );
  });
});

describe('math', () => {
  it('computes', () => {
    expect(
      evaluate('return math.floor(-1.5), math.ceil(1.2), math.max(1, 3), math.min(2, 1)'),
    ).toEqual([-2, 2, 3, 1]);
    expect(evaluate('return math.fmod(-7, 3), math.modf(3.5)')).toEqual([-1, 3, 0.5]);
    expect(evaluate('return math.huge, math.sqrt(16), math.pow(2, 8), math.abs(-1)')).toEqual([
      Infinity,
      4,
      256,
      1,
    ]);
  });
});

describe('cjson', () => {
  test.each([
    [`return cjson.encode({ 1, 'a', true, cjson.null })`, ['[1,"a",true,null]']],
    [
      `return cjson.encode({}), cjson.encode({ a = {} }), cjson.encode({ 1, nil, 3 })`,
      ['{}', '{"a":{}}', '[1,null,3]'],
    ],
    [`return cjson.encode('a/b\\n"\\1')`, ['"a\\/b\\n\\"\\u0001"']],
    [`return cjson.encode({ 1e15, 0.1 })`, ['[1e+15,0.1]']],
    [`return cjson.decode('[1, "x", {"a": false}]')`, [[1, 'x', new Map([['a', false]])]]],
    [`return cjson.decode('null')`, [cjsonNull]],
    [
      `return cjson.decode('"\\\\u00e4\\\\ud83d\\\\ude00"')`,
      ['\u00c3\u00a4\u00f0\u009f\u0098\u0080'],
    ],
  ])('%s', (source, values) => {
    expect(evaluate(source)).toEqual(values);
  });

  test.each([
    [`cjson.decode('{')`, 'Expected object key string but found T_END at character 2'],
    [`cjson.decode('[1 2]')`, 'Expected comma or array end but found T_NUMBER at character 4'],
    [`cjson.decode('"a')`, 'Expected value but found unexpected end of string at character 3'],
    [`cjson.encode({ [20] = 1 })`, 'Cannot serialise table: excessively sparse array'],
    [`cjson.encode(1 / 0)`, 'Cannot serialise number: must not be NaN or Inf'],
    [`cjson.encode(type)`, 'Cannot serialise function: type not supported'],
  ])('%s fails', (source, message) => {
    expect(() => evaluate(source)).toThrow(message);
  });

  it('keeps objects in the order in which they were filled', () => {
    const table = LuaTable.fromRecord({ z: 1, a: 2 });
    expect(evaluate('return cjson.encode(VALUE)', { VALUE: table })).toEqual(['{"z":1,"a":2}']);
  });
});
