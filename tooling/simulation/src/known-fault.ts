import type { Origin } from './scenario/generate.ts';

/** A fault that the simulator found, and a seed that shows it, with what its scenario was generated from. */
export interface KnownFault extends Origin {
  /** As `signatureOf` names it. */
  readonly signature: string;
  /** What goes wrong, and by which interleaving. */
  readonly what: string;
}
