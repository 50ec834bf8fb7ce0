import type { SourceChange } from '../run/bundle.ts';
import type { Origin } from '../scenario/generate.ts';

/** What scenarios are made of, but for the seed. */
export type Conditions = Omit<Origin, 'seed'>;

/** A fault put into the sources, which the simulator must find. */
export interface Mutant extends SourceChange {
  readonly name: string;
  /** Under which it shows. Mutants of the same ones share what they are compared with. */
  readonly conditions: Conditions;
}

/** The conditions that mutants are tried under: few, as each is run without a mutant first. */
export const CALM: Conditions = { load: 'mixed', profiles: ['calm'] };
export const KILL: Conditions = { load: 'mixed', profiles: ['kill'] };
export const RESTART: Conditions = { load: 'mixed', profiles: ['restart'] };
export const DENSE: Conditions = { load: 'dense', profiles: ['calm'] };
export const DENSE_CUT: Conditions = { load: 'dense', profiles: ['cut'] };
export const DENSE_CUT_OFF: Conditions = { load: 'dense', profiles: ['cut-off', 'stall'] };
export const DENSE_LOSS: Conditions = { load: 'dense', profiles: ['flush', 'failover'] };
export const DENSE_KILL: Conditions = { load: 'dense', profiles: ['kill'] };
