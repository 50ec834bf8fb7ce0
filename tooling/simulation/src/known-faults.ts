import type { KnownFault } from './known-fault.ts';
import { MENDED_FAULTS } from './mended-faults.ts';
import { type Finding, signatureOf } from './promises/finding.ts';

/**
 * What is not mended yet. Until it is, fresh seeds may show these kinds, and no other. Who mends one moves
 * it to `mended-faults.ts`.
 */
export const KNOWN_FAULTS: readonly KnownFault[] = [
  {
    signature: 'webhooks events are told after the end',
    what: 'Two replicas tell of one task, each in its own order: the one tells the end that it stored, while the other is behind with what it stored before. Between replicas, webhooks have no order.',
    seed: 45,
    profiles: ['cut-off', 'kill', 'close'],
  },
  {
    signature: 'webhooks several ends are told',
    what: 'A failover loses the end of a task, and the task gets another one, of which webhooks are told, too.',
    seed: 900024,
    profiles: ['failover'],
  },
];

/**
 * Circumstances in which fresh seeds may show anything, because the SDK itself does not keep there what is checked.
 * It lets a task be executed several times at once, each of which goes by what it was given. And where an executor
 * publishes under a task id of its own, a cancel, a subscriber and a failure are of the task that was asked for. With
 * the queue managers that is as with the SDK's own bus: see `takes-own-task-ids.ts` of the contract.
 */
const UNPROTECTED: readonly string[] = [
  ', of several executions at once',
  ', under an id of its own',
];

const MENDED: ReadonlySet<string> = new Set(MENDED_FAULTS.map(({ signature }) => signature));

/** The findings that are neither known nor of an unprotected circumstance. */
export function unknownFindings(findings: readonly Finding[]): readonly Finding[] {
  const known = new Set(KNOWN_FAULTS.map(({ signature }) => signature));
  return findings.filter((finding) => {
    const signature = signatureOf(finding);
    return !known.has(signature) && !UNPROTECTED.some((suffix) => signature.endsWith(suffix));
  });
}

/** Whether a finding is of a kind of which a fault was mended: a kind is coarse, and may have another cause still. */
export function isOfMendedKind(finding: Finding): boolean {
  return MENDED.has(signatureOf(finding));
}
