import { describe, expect, it, test } from 'vitest';

import { exponentialDigits, fixedDigits, formatNumber, generalDigits } from './format-number.ts';
import { parseInteger, parseNumber, scanNumber } from './parse-number.ts';

describe('a number as Lua writes it', () => {
  test.each([
    [0, '0'],
    [-0, '-0'],
    [42, '42'],
    [-1.5, '-1.5'],
    [0.1, '0.1'],
    [0.1 + 0.2, '0.3'],
    [1 / 3, '0.33333333333333'],
    [99_999_999_999_999, '99999999999999'],
    [1e14, '1e+14'],
    [123_456_789_012_345, '1.2345678901234e+14'],
    [1e15, '1e+15'],
    [1e100, '1e+100'],
    [1e-5, '1e-05'],
    [0.0001, '0.0001'],
    [5e-324, '4.9406564584125e-324'],
    [Infinity, 'inf'],
    [-Infinity, '-inf'],
    [Number.NaN, '-nan'],
  ])('%s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

describe('digits', () => {
  it('are rounded half to even, by the exact value', () => {
    expect([0.5, 1.5, 2.5, 9.5, 0.05].map((value) => fixedDigits(value, 0, false))).toEqual([
      '0',
      '2',
      '2',
      '10',
      '0',
    ]);
    expect([0.125, 0.375, 1.005, 99.999].map((value) => fixedDigits(value, 2, false))).toEqual([
      '0.12',
      '0.38',
      '1.00',
      '100.00',
    ]);
  });

  it('are all there', () => {
    expect(fixedDigits(2 ** 70, 0, false)).toBe('1180591620717411303424');
    expect(fixedDigits(0.1, 20, false)).toBe('0.10000000000000000555');
    expect(exponentialDigits(12_345.678, 3, false)).toBe('1.235e+04');
    expect(exponentialDigits(0, 2, false)).toBe('0.00e+00');
    expect(generalDigits(100_000, 6, false)).toBe('100000');
    expect(generalDigits(1_000_000, 6, false)).toBe('1e+06');
    expect(generalDigits(1, 6, true)).toBe('1.00000');
  });
});

describe('a text as a number', () => {
  test.each([
    ['10', 10],
    [' \t\n10\v\f\r ', 10],
    ['-1.5e3', -1500],
    ['.5', 0.5],
    ['5.', 5],
    ['0x10', 16],
    ['-0xA.8p1', -21],
    ['inf', Infinity],
    ['-Infinity', -Infinity],
    ['1e400', Infinity],
    ['5\0x', 5],
    ['9007199254740993', 9_007_199_254_740_992],
  ])('%j', (text, value) => {
    expect(parseNumber(text)).toBe(value);
  });

  test.each(['', ' ', '.', 'e1', '1e', '0x', '1 2', '10a', '--1', '- 1', '1,5', 'x'])(
    '%j is none',
    (text) => {
      expect(parseNumber(text)).toBeUndefined();
    },
  );

  it('to a base', () => {
    expect(parseInteger('ff', 16)).toBe(255);
    expect(parseInteger('0xff', 16)).toBe(255);
    expect(parseInteger(' 101 ', 2)).toBe(5);
    expect(parseInteger('zz', 36)).toBe(1295);
    expect(parseInteger('-1', 10)).toBe(2 ** 64);
    expect(parseInteger('12', 2)).toBeUndefined();
    expect(parseInteger('', 10)).toBeUndefined();
  });

  it('as far as it is one', () => {
    expect(scanNumber('a12.5b', 1)).toEqual({ value: 12.5, end: 5 });
    expect(scanNumber('b', 0)).toBeUndefined();
  });
});
