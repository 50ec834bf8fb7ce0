import { getEventListeners } from 'node:events';

import { type Runtime, systemRuntime } from '@a2a-redis/core/shared';
import { expect, test, vi } from 'vitest';

import { AttemptLimit } from './attempt-limit.ts';

/** A runtime whose timers fire when the test says so, which says for when they are set, and whose clock stands at 100. */
function manualTimers(): {
  runtime: Runtime;
  fire: () => void;
  readonly timers: number;
  readonly delays: readonly number[];
} {
  const waiting = new Set<() => void>();
  const delays: number[] = [];
  const runtime: Runtime = {
    ...systemRuntime,
    now: () => 100,
    setTimer: (callback, delayMs) => {
      waiting.add(callback);
      delays.push(delayMs);
      return { ref: () => {}, unref: () => {}, cancel: () => void waiting.delete(callback) };
    },
  };
  return {
    runtime,
    delays,
    fire: () => {
      for (const callback of waiting) callback();
    },
    get timers() {
      return waiting.size;
    },
  };
}

const never = async (): Promise<never> => new Promise(() => {});

function limitOf(
  runtime: Runtime,
  caller = new AbortController(),
  endsAt?: number,
): { limit: AttemptLimit; caller: AbortController; aborts: () => number } {
  const limit = new AttemptLimit(runtime, { signal: caller.signal, endsAt });
  let aborts = 0;
  limit.emitter.on('abort', () => (aborts += 1));
  return { limit, caller, aborts: () => aborts };
}

test('work that ends in time ends as ever, and leaves no timer and no listener', async () => {
  const timers = manualTimers();
  const { limit, caller } = limitOf(timers.runtime);
  expect(await limit.within(5, async () => 'done')).toBe('done');
  await expect(limit.within(5, async () => Promise.reject(new Error('failed')))).rejects.toThrow(
    'failed',
  );
  expect([limit.state, timers.timers]).toEqual(['under way', 0]);
  limit[Symbol.dispose]();
  expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  expect(limit.emitter.listenerCount('abort')).toBe(1);
});

test('the time limit ends what waits, tells what heeds the emitter, and lets nothing begin', async () => {
  const timers = manualTimers();
  const { limit, aborts } = limitOf(timers.runtime);
  const over = limit.within(5, never);
  timers.fire();
  await expect(over).rejects.toThrow('over');
  expect([limit.state, aborts(), timers.timers]).toEqual(['timed out', 1, 0]);
  const work = vi.fn<() => Promise<never>>(never);
  await expect(limit.within(5, work)).rejects.toThrow('over');
  expect(work).not.toHaveBeenCalled();
});

test('the caller ends it, also before it began, and not after it is over', async () => {
  const timers = manualTimers();
  const { limit, caller, aborts } = limitOf(timers.runtime);
  const { limit: done } = limitOf(timers.runtime, caller);
  done[Symbol.dispose]();
  const over = limit.within(5, never);
  caller.abort();
  await expect(over).rejects.toThrow('over');
  timers.fire();
  expect([limit.state, aborts(), timers.timers]).toEqual(['stopped', 1, 0]);
  expect(done.state).toBe('under way');
  expect(limitOf(timers.runtime, caller).limit.state).toBe('stopped');
});

test('it ends as one that was stopped when its caller has no time left, by one timer', async () => {
  const timers = manualTimers();
  const { limit, aborts } = limitOf(timers.runtime, new AbortController(), 104);
  const over = limit.within(5, never);
  expect(timers.delays).toEqual([4]);
  timers.fire();
  await expect(over).rejects.toThrow('over');
  expect([limit.state, aborts(), timers.timers]).toEqual(['stopped', 1, 0]);
  const { limit: timed } = limitOf(timers.runtime, new AbortController(), 105);
  const timedOut = timed.within(5, never);
  expect(timers.delays).toEqual([4, 5]);
  timers.fire();
  await expect(timedOut).rejects.toThrow('over');
  expect(timed.state).toBe('timed out');
  const { limit: late } = limitOf(timers.runtime, new AbortController(), 100);
  const work = vi.fn<() => Promise<never>>(never);
  await expect(late.within(5, work)).rejects.toThrow('over');
  expect(late.state).toBe('stopped');
  expect(work).not.toHaveBeenCalled();
});

test("what ends late, after the attempt, is nobody's fault", async () => {
  const timers = manualTimers();
  const { limit } = limitOf(timers.runtime);
  let fail = (_error: Error): void => {};
  const failing = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const over = limit.within(5, async () => failing);
  timers.fire();
  await expect(over).rejects.toThrow('over');
  // An unhandled rejection would fail the run.
  fail(new Error('late'));
  await new Promise(setImmediate);
  expect(limit.state).toBe('timed out');
});
