import { expect, test } from 'vitest';

import { evaluate } from '../testing/evaluate.ts';

test.each([
  ['local a, b, c = (function() return 1, 2 end)() return a, b, c', [1, 2, undefined]],
  ['local a, b = ((function() return 1, 2 end)()) return a, b', [1, undefined]],
  ['local function f() return 1, 2 end return f(), f()', [1, 1, 2]],
  ['local function f() return 1, 2 end return (f())', [1]],
  ['local function f() end return f()', []],
  ['local function f(...) return select("#", ...), (...) end return f(nil, 2)', [2, undefined]],
  ['local a, b = 1, 2 a, b = b, a return a, b', [2, 1]],
  ['local i, t = 1, {} i, t[i] = 2, "x" return i, t', [2, ['x']]],
  ['local x = 1 local x = x + 1 do local x = 9 end return x', [2]],
  ['local f = {} for i = 1, 2 do f[i] = function() return i end end return f[1](), f[2]()', [1, 2]],
  ['local n = 0 repeat local stop = n == 2 n = n + 1 until stop return n', [3]],
  ['local n = 0 for i = 3, 1, -1 do n = n * 10 + i end return n', [321]],
  ['local n = "" for k, v in pairs({ 5, x = 6 }) do n = n .. k .. v end return n', ['15x6']],
  ['local n = 0 for i, v in ipairs({ 5, 6, nil, 7 }) do n = n + v end return n', [11]],
  [
    'local t = { n = 1 } function t:add(m) self.n = self.n + m return self end return t:add(2).n',
    [3],
  ],
  ['return nil and 1, false or 2, 0 and 3, not nil, 1 == "1"', [undefined, 2, 3, true, false]],
  ['return 2 ^ 3 ^ 2, -2 ^ 2, 7 % -3, 1 .. 2, "10" + 5, "a" < "b"', [512, -4, -2, '12', 15, true]],
  [
    'return { 1, x = 2, 3, [10] = 4 }',
    [
      new Map<unknown, unknown>([
        [1, 1],
        [2, 3],
        ['x', 2],
        [10, 4],
      ]),
    ],
  ],
  ['return #{ n = 1, (function() return 1, 2, 3 end)() }, #"abc"', [3, 3]],
  ['local first, callee, index = 1, 2, 3 return first + callee + index', [6]],
  ['local string = { format = function() return "own" end } return string.format("x")', ['own']],
])('%s', (source, values) => {
  expect(evaluate(source)).toEqual(values);
});

test.each([
  ['local x return x.y', "attempt to index local 'x' (a nil value)"],
  [
    'local x local function f() return x.y end return f()',
    "attempt to index upvalue 'x' (a nil value)",
  ],
  ['local x = 1 x.y = 2', "attempt to index local 'x' (a number value)"],
  ['local t = {} t.f()', "attempt to call field 'f' (a nil value)"],
  ['local t = {} t:f()', "attempt to call method 'f' (a nil value)"],
  ['return 1 < "x"', 'attempt to compare number with string'],
  ['return 1 > nil', 'attempt to compare nil with number'],
  ['return {} < {}', 'attempt to compare two table values'],
  ['local x return x + 1', "attempt to perform arithmetic on local 'x' (a nil value)"],
  ['return "a" .. {}', 'attempt to concatenate a table value'],
  ['return #nil', 'attempt to get length of a nil value'],
  ['for i = 1, "x" do end', "'for' limit must be a number"],
  ['nope()', "Script attempted to access nonexistent global variable 'nope'"],
])('%s fails', (source, message) => {
  expect(() => evaluate(source)).toThrow(`user_script:2: ${message}`);
});

test('a call that fails computes its arguments first', () => {
  const calls: string[] = [];
  const note = (): undefined => {
    calls.push('called');
  };
  expect(() => evaluate('local f f(NOTE())', { NOTE: note })).toThrow("attempt to call local 'f'");
  expect(calls).toEqual(['called']);
});
