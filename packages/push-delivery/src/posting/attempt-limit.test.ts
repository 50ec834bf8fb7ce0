import { type Runtime, systemRuntime } from '@a2a-redis/core/shared';
import { expect, test } from 'vitest';

import { AttemptLimit } from './attempt-limit.ts';

/** A runtime whose timers fire when the test says so, and which counts those that are set. */
function manualTimers(): { runtime: Runtime; fire: () => void; readonly timers: number } {
  const waiting = new Set<() => void>();
  const runtime: Runtime = {
    ...systemRuntime,
    setTimer: (callback) => {
      waiting.add(callback);
      return { ref: () => {}, unref: () => {}, cancel: () => void waiting.delete(callback) };
    },
  };
  return {
    runtime,
    fire: () => {
      for (const callback of waiting) callback();
    },
    get timers() {
      return waiting.size;
    },
  };
}

const never = new Promise<never>(() => {});

test('work that ends in time ends as ever', async () => {
  const timers = manualTimers();
  const limit = new AttemptLimit(timers.runtime, 5, new AbortController().signal);
  expect(await limit.over(Promise.resolve('done'))).toBe('done');
  await expect(limit.over(Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(limit.outcome).toBe('under way');
  limit[Symbol.dispose]();
  expect(timers.timers).toBe(0);
});

test('the time limit ends what waits, and tells what heeds the signal', async () => {
  const timers = manualTimers();
  const limit = new AttemptLimit(timers.runtime, 5, new AbortController().signal);
  const over = limit.over(never);
  timers.fire();
  await expect(over).rejects.toThrow('over');
  expect([limit.outcome, limit.signal.aborted]).toEqual(['timed out', true]);
  await expect(limit.over(never)).rejects.toThrow('over');
});

test('the caller ends it, also before it began, and not after it is over', async () => {
  const { runtime, fire } = manualTimers();
  const caller = new AbortController();
  const limit = new AttemptLimit(runtime, 5, caller.signal);
  const done = new AttemptLimit(runtime, 5, caller.signal);
  done[Symbol.dispose]();
  caller.abort();
  await expect(limit.over(never)).rejects.toThrow('over');
  fire();
  expect(limit.outcome).toBe('stopped');
  expect(done.outcome).toBe('under way');
  expect(new AttemptLimit(runtime, 5, caller.signal).outcome).toBe('stopped');
});
