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
  { renewAfterMs = 60_000, takesRuns = true } = {},
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
      abandon: (replica: string) => void calls.push(`abandon ${replica}`),
    },
    ownRuns: new OwnRuns(systemRuntime),
    states: {
      renewAfterMs,
      note: async () => true,
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
    expect(calls).toEqual(['begin']);
  });

  it('registers again before the note would be forgotten', async () => {
    const { run, calls } = registration([], { renewAfterMs: 0 });
    await run.register();
    await run.register();
    expect(calls).toEqual(['begin', 'begin']);
  });

  it('tries again after a failure, which it reports', async () => {
    const { run, calls } = registration([new A2ARedisError('UNAVAILABLE', 'away')]);
    await run.register();
    await run.register();
    expect(calls).toEqual(['begin', 'error A2ARedisError: away', 'begin']);
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
    expect(calls).toEqual(['begin', 'refused']);
    expect(run.isVoid).toBe(false);
  });

  it('is void where others fenced it before it began', async () => {
    const { run, calls } = registration(['void']);
    await run.register();
    expect(calls).toEqual(['begin', 'renew', 'forget']);
    expect(run.isVoid).toBe(true);
    expect(run.isKnown).toBe(false);
  });
});
