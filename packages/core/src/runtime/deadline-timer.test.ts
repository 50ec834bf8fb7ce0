import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { systemRuntime } from './runtime.ts';
import { DeadlineTimer } from './deadline-timer.ts';

let start: number;
let expired: string[];
let timer: DeadlineTimer;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  start = performance.now();
  expired = [];
  timer = new DeadlineTimer(systemRuntime);
});
afterEach(() => {
  vi.useRealTimers();
});

/** Something that waits for so long, and notes when it expired. */
function wait(name: string, afterMs: number): { deadlineAt: number; expire: () => void } {
  const added = {
    deadlineAt: start + afterMs,
    expire: () => void expired.push(`${name} at ${Math.round(performance.now() - start)}`),
  };
  timer.add(added);
  return added;
}

describe('DeadlineTimer', () => {
  it('ends each at its own deadline, with one timer, whatever the order in which they came', () => {
    wait('b', 20);
    wait('c', 30);
    wait('a', 10);
    wait('b2', 20);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(100);
    expect(expired).toEqual(['a at 10', 'b at 20', 'b2 at 20', 'c at 30']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not end what was removed, and ends what came after it', () => {
    const removed = wait('removed', 10);
    wait('stays', 15);
    timer.remove(removed);
    timer.remove(removed);
    vi.advanceTimersByTime(12);
    wait('late', 20);
    vi.advanceTimersByTime(100);
    expect(expired).toEqual(['stays at 15', 'late at 20']);
  });

  it('ends what comes with a deadline that is over, though never in the same run', () => {
    wait('over', -5);
    expect(expired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(expired).toHaveLength(1);
  });

  it('goes on when one that expires adds another', () => {
    timer.add({ deadlineAt: start + 10, expire: () => void wait('next', 20) });
    vi.advanceTimersByTime(100);
    expect(expired).toEqual(['next at 20']);
  });

  it('waits longer than a timer can, and for ever', () => {
    const forever = wait('forever', Infinity);
    timer.remove(forever);
    wait('long', 2 ** 32);
    vi.advanceTimersByTime(2 ** 32 - 1);
    expect(expired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(expired).toEqual([`long at ${2 ** 32}`]);
  });
});

describe('the timer of a DeadlineTimer', () => {
  it('keeps the process alive only while something waits', () => {
    vi.useRealTimers();
    const counts = (): number =>
      process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    start = performance.now();
    const before = counts();
    const [first, second] = [wait('first', 60_000), wait('second', 50_000)];
    const both = counts();
    timer.remove(first);
    const one = counts();
    timer.remove(second);
    const none = counts();
    const third = wait('third', 60_000);
    expect([both, one, none, counts()].map((count) => count - before)).toEqual([1, 1, 0, 1]);
    timer.remove(third);
  });
});
