import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { systemRuntime } from '../../runtime/runtime.ts';
import { LateWork } from './late-work.ts';
import type { Told } from '../events/told-by-event.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** How often it came to rest, after so many milliseconds behind each of these. */
async function restsAfter(...all: readonly (Told | number)[]): Promise<number> {
  let rests = 0;
  const work = new LateWork(systemRuntime, () => (rests += 1));
  for (const each of all) {
    if (typeof each === 'number') await vi.advanceTimersByTimeAsync(each);
    else work.take(each);
  }
  return rests;
}

describe('LateWork', () => {
  it.each<[number, readonly (Told | number)[]]>([
    [1, ['unknown', 1000]],
    [0, ['unknown', 900, 'unknown', 900]],
    [1, ['unknown', 900, 'unknown', 5000]],
    [0, ['going on', 60_000]],
    [0, ['unknown', 900, 'going on', 'unknown', 60_000]],
  ])('comes %i times to rest by itself where this is told: %j', async (rests, told) => {
    expect(await restsAfter(...told)).toBe(rests);
  });

  it('begins anew once another execution has begun', async () => {
    let rests = 0;
    const work = new LateWork(systemRuntime, () => (rests += 1));
    work.take('unknown');
    work.end();
    await vi.advanceTimersByTimeAsync(5000);
    work.take('going on');
    work.end();
    work.take('unknown');
    await vi.advanceTimersByTimeAsync(5000);
    expect(rests).toBe(1);
  });
});
