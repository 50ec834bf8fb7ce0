import { afterEach, describe, expect, it, vi } from 'vitest';

import { A2ARedisError } from '../shared/errors.ts';
import { DeadlineTimer, deadlineTimerOf } from './deadline-timer.ts';
import { ScriptRunner } from '../redis/script-runner.ts';
import { defineScript } from '../redis/script.ts';
import { runtimeOf, useRuntime } from './client-runtime.ts';
import { type Runtime, systemRuntime } from './runtime.ts';
import { sleep } from './sleep.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** The timers that keep this process alive. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}

describe('systemRuntime', () => {
  it('follows the clocks and timers of the globals as they are at each call', () => {
    vi.useFakeTimers({ now: 1_000_000 });
    const start = systemRuntime.now();
    const fired: number[] = [];
    systemRuntime.setTimer(() => fired.push(systemRuntime.now() - start), 20);
    vi.advanceTimersByTime(30);
    expect([fired, systemRuntime.now() - start, systemRuntime.wallClock()]).toEqual([
      [20],
      30,
      1_000_030,
    ]);
  });

  it('does not fire a timer that was canceled, and cancels one that fired without effect', () => {
    vi.useFakeTimers();
    const fired: string[] = [];
    const canceled = systemRuntime.setTimer(() => fired.push('canceled'), 10);
    const kept = systemRuntime.setTimer(() => fired.push('kept'), 20);
    canceled.cancel();
    canceled.cancel();
    vi.advanceTimersByTime(30);
    kept.cancel();
    expect([fired, vi.getTimerCount()]).toEqual([['kept'], 0]);
  });

  it('keeps the process alive for a timer as long as it is referenced', () => {
    const before = timers();
    const timer = systemRuntime.setTimer(() => {}, 60_000);
    const set = timers();
    timer.unref();
    const unreferenced = timers();
    timer.ref();
    const referenced = timers();
    timer.cancel();
    const counts = [set, unreferenced, referenced, timers()].map((count) => count - before);
    expect(counts).toEqual([1, 0, 1, 0]);
  });

  it('takes the next turn after the promises of this one', async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      systemRuntime.nextTurn(() => {
        order.push('turn');
        resolve();
      });
      void Promise.resolve()
        .then(() => order.push('first'))
        .then(() => order.push('second'));
    });
    expect(order).toEqual(['first', 'second', 'turn']);
  });

  it('draws numbers, bytes and UUIDs of the right form, and others each time', () => {
    const times = Array.from({ length: 100 }, (_, index) => index);
    const numbers = times.map(() => systemRuntime.random());
    const bytes = times.map(() => systemRuntime.randomBytes(12).toString('hex'));
    const uuids = times.map(() => systemRuntime.randomUUID());
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(bytes.every((text) => /^[\da-f]{24}$/.test(text))).toBe(true);
    expect(uuids.every((text) => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(text))).toBe(
      true,
    );
    expect([numbers, bytes, uuids].map((values) => new Set<unknown>(values).size)).toEqual([
      100, 100, 100,
    ]);
  });
});

describe('sleep', () => {
  it('ends after the delay on the clock of its runtime', async () => {
    vi.useFakeTimers();
    const start = systemRuntime.now();
    const woken = sleep(systemRuntime, 20).then(() => systemRuntime.now() - start);
    await vi.advanceTimersByTimeAsync(50);
    expect(await woken).toBe(20);
  });

  it('keeps the process alive unless it is told not to', async () => {
    const before = timers();
    const end = new AbortController();
    const { signal } = end;
    const pauses = [true, false].map(async (ref) => sleep(systemRuntime, 60_000, { ref, signal }));
    const during = timers();
    end.abort();
    expect([during - before, timers() - before]).toEqual([1, 0]);
    await Promise.allSettled(pauses);
  });

  it('rejects when its signal fires, and leaves no timer', async () => {
    vi.useFakeTimers();
    const end = new AbortController();
    const pause = sleep(systemRuntime, 60_000, { signal: end.signal });
    end.abort('enough');
    const error = await pause.catch((thrown: unknown) => thrown);
    expect(error).toEqual(
      new A2ARedisError('ABORTED', 'The pause was aborted.', { cause: 'enough' }),
    );
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not begin where its signal fired before', async () => {
    vi.useFakeTimers();
    const pause = sleep(systemRuntime, 60_000, { signal: AbortSignal.abort('before') });
    await expect(pause).rejects.toMatchObject({ code: 'ABORTED', cause: 'before' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('no longer listens to its signal once it is over', async () => {
    const { signal } = new AbortController();
    const removed = vi.spyOn(signal, 'removeEventListener');
    await sleep(systemRuntime, 1, { signal });
    expect(removed).toHaveBeenCalledTimes(1);
  });
});

describe('the runtime of a client', () => {
  const client = { evalSha: async () => 'OK', eval: async () => 'OK' };
  const slow: Runtime = { ...systemRuntime, now: () => 7 };

  it('is the system runtime unless it was given another', () => {
    const own = { ...client };
    useRuntime(own, slow);
    expect([runtimeOf(own), runtimeOf(client)]).toEqual([slow, systemRuntime]);
  });

  it('is that of every runner on the client', () => {
    const own = { ...client };
    useRuntime(own, slow);
    expect(new ScriptRunner(own).runtime).toBe(slow);
    expect(new ScriptRunner(client).runtime).toBe(systemRuntime);
  });

  it('has a deadline timer of its own, one for all its clients', () => {
    expect(deadlineTimerOf(slow)).toBeInstanceOf(DeadlineTimer);
    expect(deadlineTimerOf(slow)).toBe(deadlineTimerOf(slow));
    expect(deadlineTimerOf(systemRuntime)).toBe(deadlineTimerOf(systemRuntime));
    expect(deadlineTimerOf(slow)).not.toBe(deadlineTimerOf(systemRuntime));
  });

  it('alone tells when a call is over', async () => {
    const fires: (() => void)[] = [];
    let now = 0;
    const own = { evalSha: async () => new Promise(() => {}), eval: async () => 'OK' };
    useRuntime(own, {
      ...systemRuntime,
      now: () => now,
      setTimer: (callback) => {
        fires.push(callback);
        return { ref: () => {}, unref: () => {}, cancel: () => {} };
      },
    });
    const script = defineScript('none', 'return 1');
    const call = new ScriptRunner(own, 5).run(script, ['k'], []);
    now = 5;
    for (const fire of fires.splice(0)) fire();
    await expect(call).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });
});
