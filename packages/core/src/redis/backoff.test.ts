import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { backoffMs } from './backoff.ts';

describe('backoffMs', () => {
  it('doubles its ceiling with each attempt, up to the cap', () => {
    const highest = [1, 2, 3, 4, 5, 6].map((attempt) => backoffMs(attempt, 50, 1000, 0.999_999));
    expect(highest).toEqual([50, 100, 200, 400, 800, 1000]);
  });

  it('spreads over the whole range below its ceiling, and never is 0', () => {
    expect([0, 0.25, 0.5].map((random) => backoffMs(3, 100, 1000, random))).toEqual([1, 100, 200]);
  });

  it('stays a whole number between 1 and the cap, for any attempt', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 100_000 }),
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        (attempt, baseMs, capMs, random) => {
          const pauseMs = backoffMs(attempt, baseMs, capMs, random);
          return Number.isInteger(pauseMs) && pauseMs >= 1 && pauseMs <= capMs;
        },
      ),
    );
  });
});
