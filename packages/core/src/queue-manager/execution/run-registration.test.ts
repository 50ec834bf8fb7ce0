import { describe, expect, it } from 'vitest';

import { A2ARedisError } from '../../shared/errors.ts';
import { systemRuntime } from '../../runtime/runtime.ts';
import type { BusServices } from './bus-services.ts';
import { QueueKeys } from '../state/queue-keys.ts';
import { RunRegistration } from './run-registration.ts';

const task = new QueueKeys('p:').task({ tenant: '', owner: 'o' }, 't');

/** A registration, what it does, and what becomes of it. */
function registration(
  outcomes: (boolean | Error)[],
  { renewAfterMs = 60_000, takesRuns = true } = {},
): { run: RunRegistration; calls: string[] } {
  const calls: string[] = [];
  const services = {
    runtime: systemRuntime,
    lease: { start: async () => {}, takesRuns },
    states: {
      renewAfterMs,
      begin: async () => {
        calls.push('begin');
        const outcome = outcomes.shift() ?? true;
        if (outcome instanceof Error) throw outcome;
        return outcome ? 'begun' : 'fenced';
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
    const { run, calls } = registration([false]);
    await run.register();
    expect(calls).toEqual(['begin', 'refused']);
  });
});
