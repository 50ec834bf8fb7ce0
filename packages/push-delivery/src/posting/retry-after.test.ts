import fc from 'fast-check';
import { expect, test } from 'vitest';

import { retryAfterMs } from './retry-after.ts';

const NOW = Date.UTC(1994, 10, 6, 8, 49, 0);
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

test.each([
  ['0', 0],
  ['1', 1_000],
  ['120', 120_000],
  ['0120', 120_000],
  ['99999999999999999999', YEAR_MS],
  ['9'.repeat(400), YEAR_MS],
  ['Sun, 06 Nov 1994 08:49:37 GMT', 37_000],
  ['Sunday, 06-Nov-94 08:49:37 GMT', 37_000],
  ['Sun Nov  6 08:49:37 1994', 37_000],
  ['Sun Nov 13 08:49:00 1994', 7 * 24 * 60 * 60 * 1000],
  ['Sun, 06 Nov 1994 08:48:00 GMT', 0],
  ['Fri, 06 Nov 9999 08:48:00 GMT', YEAR_MS],
])('%j is %d ms', (value, delayMs) => {
  expect(retryAfterMs(value, NOW)).toBe(delayMs);
});

test.each([
  undefined,
  '',
  ' ',
  '-1',
  '+5',
  '1.5',
  '1e3',
  '0x10',
  'soon',
  '120, 60',
  '1994-11-06T08:49:37Z',
  'Sun, 06 Nov 1994 08:49:37 +0000',
  'Sun, 06 Nov 1994 25:49:37 GMT',
  'Sun, 06 Abc 1994 08:49:37 GMT',
])('%j says nothing', (value) => {
  expect(retryAfterMs(value, NOW)).toBeUndefined();
});

test('the date of any second is that second', () => {
  const second = fc.integer({ min: 0, max: 4_000_000_000 });
  fc.assert(
    fc.property(second, second, (now, due) => {
      const text = new Date(due * 1000).toUTCString();
      const expected = Math.min(Math.max(0, (due - now) * 1000), YEAR_MS);
      expect(retryAfterMs(text, now * 1000)).toBe(expected);
    }),
  );
});
