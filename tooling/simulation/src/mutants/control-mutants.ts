import { DENSE_CUT, DENSE_CUT_OFF, type Mutant, RESTART } from './mutant.ts';

const survives = 'It changes a moment only, and breaks nothing.';

/**
 * Changes of moments, of which none may be found: they show that the rule tells a fault from known faults
 * that come about in other seeds than before.
 */
export const CONTROL_MUTANTS: readonly Mutant[] = [
  {
    name: 'control: a script waits a little longer before it is sent again',
    file: 'packages/core/src/redis/script-runner.ts',
    from: 'const pauseMs = backoffMs(attempt, 20, 500, runtime.random());',
    to: 'const pauseMs = backoffMs(attempt, 21, 500, runtime.random());',
    survives,
    conditions: RESTART,
  },
  {
    name: 'control: the same where connections are cut',
    file: 'packages/core/src/redis/script-runner.ts',
    from: 'const pauseMs = backoffMs(attempt, 20, 500, runtime.random());',
    to: 'const pauseMs = backoffMs(attempt, 21, 500, runtime.random());',
    survives,
    conditions: DENSE_CUT,
  },
  {
    name: 'control: a replica trusts its lease a little less long',
    file: 'packages/core/src/queue-manager/state/replica-lease.ts',
    from: 'const TRUSTED = 0.9;',
    to: 'const TRUSTED = 0.89;',
    survives,
    conditions: DENSE_CUT_OFF,
  },
];
