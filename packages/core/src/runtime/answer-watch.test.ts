import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { AnswerWatch } from './answer-watch.ts';
import { systemRuntime, type Runtime } from './runtime.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** A runtime of its own, whose timers are those of the test. */
function newRuntime(): Runtime {
  return { ...systemRuntime };
}

describe('AnswerWatch', () => {
  it('takes for away who has not answered for a while, until an answer comes', async () => {
    vi.useFakeTimers();
    const watch = new AnswerWatch(newRuntime());
    await vi.advanceTimersByTimeAsync(10_000);
    watch.asked();
    await vi.advanceTimersByTimeAsync(1900);
    // The first call counts.
    watch.asked();
    expect(watch.isAway).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(watch.isAway).toBe(true);
    watch.asked();
    expect(watch.isAway).toBe(true);
    watch.answered();
    expect(watch.isAway).toBe(false);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(watch.isAway).toBe(false);
  });

  it('takes nobody for away whose answer could not be read, however long a turn took', async () => {
    let clock = 0;
    const watch = new AnswerWatch({ ...systemRuntime, now: () => clock });
    watch.asked();
    clock = 60_000;
    expect(watch.isAway).toBe(false);
    await sleep(0);
    expect(watch.isAway).toBe(false);
    watch.answered();
    await sleep(50);
    expect(watch.isAway).toBe(false);
  });
});
