import { describe, expect, it } from 'vitest';

import { formatCell, formatRequirements, formatTable, isMet, type Requirement } from './report.ts';

const requirement: Requirement = {
  name: 'long to short',
  bound: 'at most',
  limit: 1.5,
  unit: '×',
  measured: 1.5,
};

describe('isMet', () => {
  it.each([
    ['at most', 1.5, true],
    ['at most', 1.51, false],
    ['at least', 1.5, true],
    ['at least', 1.49, false],
    ['exactly', 1.5, true],
    ['exactly', 1.49, false],
    ['at most', undefined, undefined],
  ] as const)('%s 1.5, measured %s: %s', (bound, measured, met) => {
    expect(isMet({ ...requirement, bound, measured })).toBe(met);
  });
});

describe('formatCell', () => {
  it.each([
    [{ value: 1.234, unit: 'ms' }, '1.23 ms'],
    [{ value: 12.34, unit: 'ms' }, '12.3 ms'],
    [{ value: 12_345.6, unit: 'µs' }, '12,346 µs'],
    [{ value: 1.499, unit: '×' }, '1.50×'],
    [{ value: 20, unit: '×' }, '20.0×'],
    [{ value: 211, unit: 'bytes' }, '211 B'],
    [{ value: 452.77, unit: 'bytes' }, '452.8 B'],
    [{ value: 20_000, unit: 'count' }, '20,000'],
    [{ value: 1.005, unit: 'count' }, '1.01'],
    ['text', 'text'],
    [undefined, '–'],
  ] as const)('%o is %s', (cell, text) => {
    expect(formatCell(cell)).toBe(text);
  });
});

describe('formatTable', () => {
  it('aligns texts to the left and figures to the right', () => {
    const rows = [
      ['a', { value: 5, unit: 'count' }],
      ['longer', undefined],
    ] as const;
    expect(formatTable({ caption: '', columns: ['what', 'n'], rows }).split('\n')).toEqual([
      '| what   |   n |',
      '| ------ | --: |',
      '| a      |   5 |',
      '| longer |   – |',
    ]);
  });
});

describe('formatRequirements', () => {
  it('shows what was met, missed and not measured', () => {
    const text = formatRequirements([
      requirement,
      { ...requirement, measured: 2 },
      { ...requirement, measured: undefined },
    ]);
    expect(text.split('\n').slice(4)).toEqual([
      '| ✓   | long to short | at most 1.50× |        1.50× |',
      '| ✗   | long to short | at most 1.50× |        2.00× |',
      '| –   | long to short | at most 1.50× | not measured |',
    ]);
  });
});
