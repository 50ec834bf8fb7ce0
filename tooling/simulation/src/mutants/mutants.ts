import { CORE_MUTANTS } from './core-mutants.ts';
import { DENSE_CUT, DENSE_CUT_OFF, RESTART, type Mutant } from './mutant.ts';
import { TRANSPORT_MUTANTS } from './transport-mutants.ts';

export const MUTANTS: readonly Mutant[] = [...CORE_MUTANTS, ...TRANSPORT_MUTANTS];

/**
 * Changes of moments only, which break nothing: none may be found. They show that the rule tells a fault
 * from known faults that come about in other seeds than before.
 */
export const CONTROLS: readonly Mutant[] = [
  {
    name: 'control: a script waits a little longer before it is sent again',
    file: 'packages/core/src/redis/script-runner.ts',
    from: 'const pauseMs = backoffMs(attempt, 20, 500, runtime.random());',
    to: 'const pauseMs = backoffMs(attempt, 21, 500, runtime.random());',
    conditions: RESTART,
  },
  {
    name: 'control: the same where connections are cut',
    file: 'packages/core/src/redis/script-runner.ts',
    from: 'const pauseMs = backoffMs(attempt, 20, 500, runtime.random());',
    to: 'const pauseMs = backoffMs(attempt, 21, 500, runtime.random());',
    conditions: DENSE_CUT,
  },
  {
    name: 'control: a replica trusts its lease a little less long',
    file: 'packages/core/src/queue-manager/state/replica-lease.ts',
    from: 'const TRUSTED = 0.9;',
    to: 'const TRUSTED = 0.89;',
    conditions: DENSE_CUT_OFF,
  },
];
