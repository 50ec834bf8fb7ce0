import { describe, expect, it } from 'vitest';

import type { ScriptRunner } from '../../redis/script-runner.ts';
import { systemRuntime } from '../../runtime/runtime.ts';
import { leaseTimes } from './lease-times.ts';
import { ReplicaLease } from './replica-lease.ts';

const TIMES = leaseTimes(15_000);

/** A lease on a clock of its own, whose timers never come: it is renewed by hand. */
class TimedLease {
  readonly lease: ReplicaLease;
  isBusy = false;
  clock = 0;
  /** After how long it is to be renewed, as of the latest renewal, in milliseconds. */
  pauseMs = 0;
  /** How long each lease was asked for, the latest last. */
  readonly asked: number[] = [];
  /** When the lease of another replica runs out; `undefined` where there is none. */
  otherEndsAt: number | undefined;

  constructor() {
    const runtime = {
      ...systemRuntime,
      now: () => this.clock,
      random: () => 0,
      setTimer: (_: () => void, delayMs: number) => {
        this.pauseMs = delayMs;
        return { ref: () => {}, unref: () => {}, cancel: () => {} };
      },
    };
    const run: ScriptRunner['run'] = async (_, __, [replica, busyMs, , , , idleMs = busyMs]) => {
      this.asked.push(Number(idleMs));
      const others = this.otherEndsAt === undefined ? [] : ['other', this.otherEndsAt - this.clock];
      const endsAt = String(this.clock + Number(idleMs));
      return [1, String(this.clock), endsAt, replica, Number(idleMs), ...others];
    };
    const runner = { runtime, run } as unknown as ScriptRunner;
    this.lease = new ReplicaLease(
      runner,
      'key',
      { ...TIMES, keptMs: 60_000 },
      {
        isBusy: () => this.isBusy,
        onExpired: () => {},
        onLost: () => {},
        onError: (error) => {
          throw error;
        },
      },
    );
  }

  /** Lets time pass, and renews it. */
  async pass(ms: number): Promise<void> {
    this.clock += ms;
    await this.lease.renew();
  }
}

describe('ReplicaLease, of a replica that executes nothing', () => {
  it('is longer, and is renewed as seldom as it may look', async () => {
    const timed = new TimedLease();
    await timed.lease.start();
    expect([timed.asked, timed.pauseMs]).toEqual([[TIMES.idleLeaseMs], TIMES.lookMs]);
    timed.isBusy = true;
    await timed.pass(TIMES.lookMs);
    expect([timed.asked.at(-1), timed.pauseMs]).toEqual([TIMES.leaseMs, TIMES.renewMs]);
  });

  it('is short before it begins to execute, and stays so until it does', async () => {
    const timed = new TimedLease();
    await timed.lease.start();
    expect([timed.lease.isLive, timed.lease.isWatched]).toEqual([true, false]);
    await timed.lease.confirm();
    expect([timed.asked.at(-1), timed.lease.isWatched]).toEqual([TIMES.leaseMs, true]);
    await timed.pass(TIMES.leaseMs - 1);
    expect(timed.asked.at(-1)).toBe(TIMES.leaseMs);
    await timed.pass(1);
    expect(timed.asked.at(-1)).toBe(TIMES.idleLeaseMs);
  });

  it('is renewed as soon as the lease of another one ends', async () => {
    const timed = new TimedLease();
    timed.otherEndsAt = 5000;
    await timed.lease.start();
    expect(timed.pauseMs).toBe(5020);
    // By then it has not been noticed for long enough: it is looked again soon.
    await timed.pass(5020);
    expect(timed.pauseMs).toBe(TIMES.renewMs);
    // It was renewed, for longer than the next look is away.
    timed.otherEndsAt = timed.clock + TIMES.leaseMs;
    await timed.pass(1);
    expect(timed.pauseMs).toBe(TIMES.lookMs);
  });
});
