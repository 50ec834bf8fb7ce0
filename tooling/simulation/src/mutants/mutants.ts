import { CORE_MUTANTS } from './core-mutants.ts';
import { CUT_OFF, RESTART, type Mutant } from './mutant.ts';
import { TRANSPORT_MUTANTS } from './transport-mutants.ts';

export const MUTANTS: readonly Mutant[] = [...CORE_MUTANTS, ...TRANSPORT_MUTANTS];

/**
 * Changes of moments only, which break nothing: none may be found. They show that the rule tells a fault
 * from known faults that come about in other seeds than before.
 */
export const CONTROLS: readonly Mutant[] = [
  {
    name: 'control: leases are renewed a little more often',
    file: 'packages/core/src/events/replica-lease.ts',
    from: 'const RENEWALS = 1 / 4;',
    to: 'const RENEWALS = 1 / 4.5;',
    profiles: CUT_OFF,
  },
  {
    name: 'control: Outbox waits a little longer before it tries again',
    file: 'packages/core/src/events/outbox.ts',
    from: 'const pauseMs = backoffMs(attempt, 50, 2000, this.#runtime.random());',
    to: 'const pauseMs = backoffMs(attempt, 60, 2000, this.#runtime.random());',
    profiles: RESTART,
  },
];
