import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { nextStep } from './retry-policy.ts';

const HOUR = 3_600_000;
const LIMITS = { baseMs: 5000, maxMs: 4 * HOUR, maxAttempts: 25, maxAgeMs: 48 * HOUR };
const FIRST = { attempt: 1, failures: 0, ageMs: 10 };
const FAILED = { kind: 'retry', reason: 'The receiver answered 503.', status: 503 } as const;

describe('after an attempt', () => {
  test('that was answered, nothing is left', () => {
    expect(nextStep({ kind: 'delivered', status: 200 }, FIRST, LIMITS, 0)).toEqual({
      kind: 'delivered',
    });
  });

  test('that was refused, the event is dead and the lane goes on at once', () => {
    const answer = { kind: 'refused', reason: 'The receiver answered 410.', status: 410 } as const;
    expect(nextStep(answer, FIRST, LIMITS, 0)).toEqual({
      kind: 'dead',
      inMs: 0,
      reason: 'The receiver answered 410.',
    });
  });

  test.each([
    [0, 2500, 5000],
    [1, 5000, 10_000],
    [5, 80_000, 160_000],
    [11, 5_120_000, 10_240_000],
    [12, 2 * HOUR, 4 * HOUR],
    [1000, 2 * HOUR, 4 * HOUR],
  ])('that failed after %i failures, the pause is from %i to %i ms', (failures, least, most) => {
    const attempt = { attempt: 1, failures, ageMs: 0 };
    expect(nextStep(FAILED, attempt, LIMITS, 0)).toMatchObject({ kind: 'retry', inMs: least });
    expect(nextStep(FAILED, attempt, LIMITS, 1)).toMatchObject({ kind: 'retry', inMs: most });
  });

  test('whose receiver asks for time, it gets that, and no less than the pause', () => {
    const later = { ...FAILED, retryAfterMs: 8 * HOUR };
    expect(nextStep(later, FIRST, LIMITS, 0)).toMatchObject({ kind: 'retry', inMs: 8 * HOUR });
    const sooner = { ...FAILED, retryAfterMs: 1 };
    expect(nextStep(sooner, FIRST, LIMITS, 0)).toMatchObject({ kind: 'retry', inMs: 2500 });
  });

  test('that was the last, the event is dead and the pause is made all the same', () => {
    const last = { attempt: 25, failures: 3, ageMs: 0 };
    expect(nextStep(FAILED, last, LIMITS, 0)).toEqual({
      kind: 'dead',
      inMs: 20_000,
      reason: 'The receiver answered 503. Given up after 25 attempts.',
    });
  });

  test('whose next one would come too late, the event is dead', () => {
    const old = { attempt: 2, failures: 1, ageMs: 48 * HOUR - 5000 };
    expect(nextStep(FAILED, old, LIMITS, 0)).toMatchObject({ kind: 'retry' });
    expect(nextStep(FAILED, { ...old, ageMs: old.ageMs + 1 }, LIMITS, 0)).toMatchObject({
      kind: 'dead',
      reason: 'The receiver answered 503. Given up after 48 hours.',
    });
  });

  test('no event is tried beyond its age or its attempts, whatever the receiver says', () => {
    fc.assert(
      fc.property(
        fc.nat(30),
        fc.nat(30),
        fc.nat(50 * HOUR),
        fc.option(fc.nat(100 * HOUR), { nil: undefined }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, failures, ageMs, retryAfterMs, random) => {
          const step = nextStep(
            { ...FAILED, retryAfterMs: retryAfterMs ?? 0 },
            { attempt, failures, ageMs },
            LIMITS,
            random,
          );
          if (step.kind !== 'retry') return;
          expect(attempt).toBeLessThan(25);
          expect(ageMs + step.inMs).toBeLessThanOrEqual(48 * HOUR);
        },
      ),
    );
  });
});
