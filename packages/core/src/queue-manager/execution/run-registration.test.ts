import { describe, expect, it } from 'vitest';

import { A2ARedisError } from '../../shared/errors.ts';
import { systemRuntime } from '../../runtime/runtime.ts';
import type { BusServices } from './bus-services.ts';
import { OwnRuns } from './own-runs.ts';
import { QueueKeys } from '../state/queue-keys.ts';
import { RunRegistration } from './run-registration.ts';
import type { Beginning } from '../state/task-state.ts';

const task = new QueueKeys('p:').task({ tenant: '', owner: 'o' }, 't');

/** A registration, what it does, and what becomes of it. */
function registration(
  outcomes: (Beginning | Error)[],
  { renewAfterMs = 60_000, takesRuns = true, isSealed = false, hasEnded = false } = {},
): { run: RunRegistration; calls: string[] } {
  const calls: string[] = [];
  const services = {
    runtime: systemRuntime,
    lease: {
      replica: 'r',
      isWatched: true,
      takesRuns,
      start: async () => {},
      confirm: async () => {},
      renew: async () => void calls.push('renew'),
      abandon: (replica: string) => {
        calls.push(`abandon ${replica}`);
        services.lease.replica = 'another';
      },
    },
    ownRuns: new OwnRuns(systemRuntime),
    eventStore: {},
    states: {
      renewAfterMs,
      note: async () => {
        calls.push('note');
        return !isSealed;
      },
      forget: async () => void calls.push('forget'),
      pause: async () => void calls.push('pause'),
      begin: async () => {
        calls.push('begin');
        const outcome = outcomes.shift() ?? 'begun';
        if (outcome instanceof Error) throw outcome;
        return outcome;
      },
    },
    onError: (error: unknown) => calls.push(`error ${String(error)}`),
  };
  const part = services as unknown as BusServices;
  const events = { onRefused: () => void calls.push('refused'), hasPublishedEnd: () => hasEnded };
  return { run: new RunRegistration(task, 'r-1', part, events), calls };
}

describe('RunRegistration', () => {
  it('registers once, however often it is asked to', async () => {
    const { run, calls } = registration([]);
    await Promise.all([run.register(), run.register()]);
    await run.register();
    expect(calls).toEqual(['note', 'begin']);
  });

  it('begins only once others can find it: what they have not read of, they cannot end', async () => {
    const { run, calls } = registration([]);
    const registering = run.register();
    expect(run.isKnown).toBe(false);
    await registering;
    expect(calls).toEqual(['note', 'begin']);
    expect(run.isRegistered).toBe(true);
  });

  it('begins nothing where others took its replica to be gone, and can be another run', async () => {
    const { run, calls } = registration([], { isSealed: true });
    await run.register();
    expect(calls).toEqual(['note', 'abandon r']);
    expect([run.isVoid, run.isKnown, run.isRegistered]).toEqual([true, false, false]);
  });

  it('registers again before the note would be forgotten', async () => {
    const { run, calls } = registration([], { renewAfterMs: 0 });
    await run.register();
    await run.register();
    expect(calls).toEqual(['note', 'begin', 'note', 'begin']);
  });

  it('tells others again what Redis has lost, while they need to know it', async () => {
    const { run, calls } = registration([]);
    await run.enterAgain();
    expect(calls).toEqual([]);
    await run.register();
    // However many find that out at once.
    await Promise.all([run.enterAgain(), run.enterAgain()]);
    expect(calls.splice(0)).toEqual(['note', 'begin', 'note', 'begin']);
    await run.enterAgain();
    expect(calls.splice(0)).toEqual(['note', 'begin']);
    // Its end may be with Redis by now: entered after that, it would go on for ever.
    run.ending();
    await run.enterAgain();
    expect(calls.splice(0)).toEqual(['note']);
    await run.forget();
    await run.enterAgain();
    expect(calls).toEqual(['forget']);
  });

  it('enters no run again that has published the end of its task, or is paused', async () => {
    const { run, calls } = registration([], { hasEnded: true });
    await run.register();
    await run.enterAgain();
    expect(calls.splice(0)).toEqual(['note', 'begin', 'note']);
    const { run: paused, calls: callsOfPaused } = registration([]);
    await paused.register();
    await paused.pause();
    await paused.enterAgain();
    expect(callsOfPaused).toEqual(['note', 'begin', 'pause', 'note']);
  });

  it('removes its note only once it is not being noted again', async () => {
    const { run, calls } = registration([]);
    await run.register();
    calls.splice(0);
    await Promise.all([run.enterAgain(), run.forget()]);
    expect(calls).toEqual(['note', 'begin', 'forget']);
  });

  it('ends a run, told again, whose task others have ended meanwhile', async () => {
    const { run, calls } = registration(['begun', 'over']);
    await run.register();
    await run.enterAgain();
    expect(calls).toEqual(['note', 'begin', 'note', 'begin', 'refused']);
  });

  it('tries again after a failure, which it reports', async () => {
    const { run, calls } = registration([new A2ARedisError('UNAVAILABLE', 'away')]);
    await run.register();
    await run.register();
    const first = ['note', 'begin', 'error A2ARedisError: away'];
    expect(calls).toEqual([...first, 'note', 'begin']);
  });

  it('registers nothing where its process is about to stop', async () => {
    const { run, calls } = registration([], { takesRuns: false });
    await run.register();
    expect(calls).toEqual(['refused']);
    expect(run.isRegistered).toBe(false);
  });

  it('says where another replica has ended the run', async () => {
    const { run, calls } = registration(['fenced']);
    await run.register();
    expect(calls).toEqual(['note', 'begin', 'refused']);
    expect(run.isVoid).toBe(false);
  });

  it('is void where others fenced it before it began', async () => {
    const { run, calls } = registration(['void']);
    await run.register();
    expect(calls).toEqual(['note', 'begin', 'renew', 'forget']);
    expect(run.isVoid).toBe(true);
    expect(run.isKnown).toBe(false);
  });
});
