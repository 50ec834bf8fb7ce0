import type { SourceChange } from '../run/bundle.ts';
import type { Origin } from '../scenario/generate.ts';

/** What scenarios are made of, but for the seed. */
export type Conditions = Omit<Origin, 'seed'>;

/** A fault put into the sources, which the simulator must find. */
export interface Mutant extends SourceChange {
  readonly name: string;
  /** What catches the fault otherwise, taken away with it. */
  readonly also?: SourceChange;
  /**
   * Why it is not found, where it is not: the change breaks nothing, or something else catches what it
   * breaks. One that has a reason and is found all the same is a failure.
   */
  readonly survives?: string;
  /**
   * Why the tests of its own package do not find it, where they do not and `survives` does not say it
   * already. One that has a reason and is found by them all the same is a failure.
   */
  readonly survivesTests?: string;
  /** Under which it shows. Mutants of the same ones share what they are compared with. */
  readonly conditions: Conditions;
}

/** All that a mutant changes. */
export function changesOf(mutant: Mutant): readonly SourceChange[] {
  return mutant.also === undefined ? [mutant] : [mutant, mutant.also];
}

/** Why no test of core finds a fault of what task stores share. */
export const WHOLE_STORE =
  'It takes a whole task store, and core has no form of records: the store packages test that with their own, and the simulator finds it.';
/** Why no test of core finds some of its mutants. */
export const WHOLE_MANAGER =
  'It takes a whole queue manager, and core has no transport: the queue packages test that with their own, and the simulator with both.';

/** The conditions that mutants are tried under: few, as each is run without a mutant first. */
export const CALM: Conditions = { load: 'mixed', profiles: ['calm'] };
export const CUT: Conditions = { load: 'mixed', profiles: ['cut'] };
export const KILL: Conditions = { load: 'mixed', profiles: ['kill'] };
export const RESTART: Conditions = { load: 'mixed', profiles: ['restart'] };
export const DENSE: Conditions = { load: 'dense', profiles: ['calm'] };
export const DENSE_CUT: Conditions = { load: 'dense', profiles: ['cut'] };
export const DENSE_CUT_OFF: Conditions = { load: 'dense', profiles: ['cut-off', 'stall'] };
export const DENSE_LOSS: Conditions = { load: 'dense', profiles: ['flush', 'failover'] };
/** Where requests store what they hear. */
export const APART: Conditions = { load: 'mixed', profiles: ['calm'], layout: 'apart' };
export const DENSE_APART: Conditions = { load: 'dense', profiles: ['calm'], layout: 'apart' };
export const APART_KILL: Conditions = { load: 'dense', profiles: ['kill'], layout: 'apart' };
export const CLUSTER: Conditions = { load: 'mixed', profiles: ['calm'], layout: 'cluster' };
export const CLUSTER_KILL: Conditions = { load: 'dense', profiles: ['kill'], layout: 'cluster' };
export const CLUSTER_CUT: Conditions = { load: 'dense', profiles: ['cut'], layout: 'cluster' };
/** Where a call whose reply is lost is not known by the id of its write. */
export const APART_CUT: Conditions = { load: 'dense', profiles: ['cut'], layout: 'apart' };
export const DENSE_KILL: Conditions = { load: 'dense', profiles: ['kill'] };
/** Where Redis refuses writes for longer than they are tried. */
export const DENSE_MEMORY: Conditions = { load: 'dense', profiles: ['memory'] };
export const DENSE_CLOCK: Conditions = { load: 'dense', profiles: ['clock'] };
export const DENSE_CLOSE: Conditions = { load: 'dense', profiles: ['close'] };
