import type { SourceChange } from '../run/bundle.ts';
import type { Profile } from '../scenario/scenario.ts';

/** A fault put into the sources, which the simulator must find. */
export interface Mutant extends SourceChange {
  readonly name: string;
  /** The kinds of fault under which it shows. Mutants with equal ones share what they are compared with. */
  readonly profiles: readonly Profile[];
}

/** The sets of kinds of fault that mutants are tried under: few, as each is run without a mutant first. */
export const CALM: readonly Profile[] = ['calm'];
export const CUT_OFF: readonly Profile[] = ['cut-off'];
export const KILL: readonly Profile[] = ['kill'];
export const RESTART: readonly Profile[] = ['restart'];
export const FLUSH: readonly Profile[] = ['flush'];
