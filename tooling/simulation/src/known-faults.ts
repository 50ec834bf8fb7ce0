import { type Finding, signatureOf } from './promises/finding.ts';
import type { Profile } from './scenario/scenario.ts';

/** A fault that the simulator found. */
export interface KnownFault {
  /** As `signatureOf` names it. */
  readonly signature: string;
  /** What goes wrong, and by which interleaving. */
  readonly what: string;
  /** A seed that shows it, with the kinds of fault it was generated with. */
  readonly seed: number;
  readonly profiles: readonly Profile[];
}

/**
 * What is not mended yet. Until the events half is rebuilt, fresh seeds may show these kinds, and no
 * other. Who mends one moves it to {@link MENDED_FAULTS}.
 */
export const KNOWN_FAULTS: readonly KnownFault[] = [];

/** What was found once, and must never come back. */
export const MENDED_FAULTS: readonly KnownFault[] = [];

/**
 * Circumstances in which much is broken as yet: there, fresh seeds may show anything. The SDK lets a
 * task be executed several times at once, and an executor publish under an id of its own.
 */
const UNPROTECTED: readonly string[] = [
  ', of several executions at once',
  ', under an id of its own',
];

/** The findings that no known fault explains. */
export function unknownFindings(findings: readonly Finding[]): readonly Finding[] {
  const known = new Set(KNOWN_FAULTS.map(({ signature }) => signature));
  return findings.filter((finding) => {
    const signature = signatureOf(finding);
    return !known.has(signature) && !UNPROTECTED.some((suffix) => signature.endsWith(suffix));
  });
}
