import { getEventListeners } from 'node:events';

import { type Runtime, systemRuntime } from '@a2a-redis/core/shared';
import { expect, test, vi } from 'vitest';

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

const never = async (): Promise<never> => new Promise(() => {});

function limitOf(
  runtime: Runtime,
  caller = new AbortController(),
): { limit: AttemptLimit; caller: AbortController; aborts: () => number } {
  const limit = new AttemptLimit(runtime, caller.signal);
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
