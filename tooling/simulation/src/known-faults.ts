import type { KnownFault } from './known-fault.ts';
import { MENDED_FAULTS } from './mended-faults.ts';
import { type Finding, signatureOf } from './promises/finding.ts';
import { PROFILES } from './scenario/scenario.ts';

/**
 * What is not mended yet. Until it is, fresh seeds may show these kinds, and no other. Who mends one moves
 * it to `mended-faults.ts`.
 */
export const KNOWN_FAULTS: readonly KnownFault[] = [
  {
    signature: 'P11 a task stays open after a loss',
    what: 'A failover loses the end of a task, and that its run was forgotten. Its replica lives and knows that the run is over, and nobody compares the list of its runs with that.',
    seed: 11982,
    profiles: ['failover'],
  },
  {
    signature: 'P10 a report without a fault',
    what: 'Seen since one script writes an event; its interleaving has not been read yet.',
    seed: 500043,
    profiles: ['calm'],
    load: 'dense',
  },
  {
    signature: 'P11 a task stays open after a loss',
    what: 'The same.',
    seed: 500014,
    profiles: ['failover'],
    load: 'dense',
  },
  {
    signature: 'P11 different ends are told',
    what: 'Seen since one script writes an event; its interleaving has not been read yet.',
    seed: 500085,
    profiles: ['cut-off'],
  },
  {
    signature: 'P5 a subscriber ends without all parts',
    what: 'The same.',
    seed: 500009,
    profiles: ['cut-off'],
    load: 'dense',
  },
  {
    signature: 'P5 gap to a listener',
    what: 'Seen since one script writes an event; its interleaving has not been read yet.',
    seed: 500047,
    profiles: ['calm'],
    load: 'dense',
  },
  {
    signature: 'P5 gap to a subscriber',
    what: 'Pub/Sub: messages are lost, and by the time that is found the task has its end. The subscriber is told the end, and not what came before it.',
    seed: 500009,
    profiles: ['cut'],
    load: 'dense',
  },
  {
    signature: 'P6 a cancel never ends',
    what: 'Seen since one script writes an event; its interleaving has not been read yet.',
    seed: 500170,
    profiles: ['failover'],
  },
  {
    signature: 'P6 a healthy replica is taken to be gone',
    what: 'Seen since one script writes an event; its interleaving has not been read yet.',
    seed: 500034,
    profiles: ['clock'],
  },
  {
    signature: 'P6 a healthy replica is taken to be gone after a loss',
    what: 'Seen since one script writes an event; its interleaving has not been read yet.',
    seed: 601143,
    profiles: PROFILES,
    load: 'dense',
  },
  {
    signature: 'P6 a listener ends without the end',
    what: 'Seen since one script writes an event; its interleaving has not been read yet.',
    seed: 500046,
    profiles: ['pause'],
  },
  {
    signature: 'P6 a resubscribe never ends',
    what: 'Seen since one script writes an event; its interleaving has not been read yet.',
    seed: 500097,
    profiles: ['memory'],
  },
  {
    signature: 'P6 a send never ends',
    what: 'Seen since one script writes an event; its interleaving has not been read yet.',
    seed: 500024,
    profiles: ['stall'],
    load: 'dense',
  },
  {
    signature: 'P6 a stream never ends',
    what: 'Seen since one script writes an event; its interleaving has not been read yet.',
    seed: 500024,
    profiles: ['stall'],
    load: 'dense',
  },
  {
    signature: 'P6 a subscriber ends without the end',
    what: 'Seen since one script writes an event; its interleaving has not been read yet.',
    seed: 600433,
    profiles: PROFILES,
  },
  {
    signature: 'P6 what a replica accepts after it is back is failed',
    what: 'Seen since one script writes an event; its interleaving has not been read yet.',
    seed: 500037,
    profiles: ['cut-off'],
  },
  {
    signature: 'P7 a note of a run is left',
    what: 'Seen since one script writes an event; its interleaving has not been read yet.',
    seed: 500040,
    profiles: ['close'],
    load: 'dense',
  },
  {
    signature: 'P7 a subscription is left',
    what: 'Seen since one script writes an event; its interleaving has not been read yet.',
    seed: 500004,
    profiles: ['cut'],
  },
  {
    signature: 'webhooks events are told after the end',
    what: 'A task is ended on another replica than the one that executed it last, which has still to tell webhooks what it published before: each process keeps an order of its own.',
    seed: 10401,
    profiles: ['calm'],
  },
  {
    signature: 'webhooks several ends are told',
    what: "An executor fails before it published anything of its task: the SDK's stream tells that with a task event and a status, whose messages have different ids. Both come with one write, and webhooks are told both.",
    seed: 500046,
    profiles: ['memory'],
  },
];

/**
 * Circumstances in which much is broken as yet: there, fresh seeds may show anything. The SDK lets a
 * task be executed several times at once, and an executor publish under an id of its own.
 */
const UNPROTECTED: readonly string[] = [
  ', of several executions at once',
  ', under an id of its own',
];

/**
 * The findings of kinds that were never seen. A kind is coarse: one of which a fault was mended may have
 * another cause still, so that it is not new in a fresh seed.
 */
export function unknownFindings(findings: readonly Finding[]): readonly Finding[] {
  const known = new Set([...KNOWN_FAULTS, ...MENDED_FAULTS].map(({ signature }) => signature));
  return findings.filter((finding) => {
    const signature = signatureOf(finding);
    return !known.has(signature) && !UNPROTECTED.some((suffix) => signature.endsWith(suffix));
  });
}
