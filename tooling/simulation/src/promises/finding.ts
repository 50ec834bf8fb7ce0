import type { Outcome } from '../world/world.ts';

/** A promise that was not kept. */
export interface Finding {
  /** `P4`, as DESIGN names it, or `webhooks`. */
  readonly promise: string;
  /** What kind of fault it is, in a few words that are the same for all of its kind. */
  readonly kind: string;
  /** What exactly was seen. */
  readonly detail: string;
}

/** Looks for what breaks one promise. */
export type PromiseCheck = (outcome: Outcome) => readonly Finding[];

/** The kind of a finding, as lists of known faults name it. */
export function signatureOf({ promise, kind }: Finding): string {
  return `${promise} ${kind}`;
}
