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
  { renewAfterMs = 60_000, takesRuns = true, isSealed = false } = {},
): { run: RunRegistration; calls: string[] } {
  const calls: string[] = [];
  const services = {
    runtime: systemRuntime,
    lease: {
      replica: 'r',
      isLive: true,
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
    states: {
      renewAfterMs,
      note: async () => {
        calls.push('note');
        return !isSealed;
      },
      forget: async () => void calls.push('forget'),
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
  return { run: new RunRegistration(task, 'r-1', part, () => calls.push('refused')), calls };
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
