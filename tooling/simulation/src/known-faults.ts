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
export const KNOWN_FAULTS: readonly KnownFault[] = [
  {
    signature: 'P6 what a replica accepts after it is back is failed',
    what: 'A task that a replica accepted after it was back is failed. Another one that ends what the replica left behind reads on in its list, without asking for the lease again, and finds the new run there, under the same name.',
    seed: 11677,
    profiles: ['cut-off'],
  },
  {
    signature: 'P6 what a replica accepts after it is back is failed',
    what: 'The same with streams.',
    seed: 10337,
    profiles: ['cut-off'],
  },
  {
    signature: 'P6 a stream never ends',
    what: "A run is fenced before its first event is stored. Nothing tells the task's context id, so no end is stored nor published: who waits here waits until `close`.",
    seed: 12001,
    profiles: ['cut-off'],
  },
  {
    signature: 'P6 a send never ends',
    what: 'The same with streams, for a blocking send: the run was accepted after the replica was back, and ended with those of before.',
    seed: 10087,
    profiles: ['cut-off'],
  },
  {
    signature: 'P6 a send never ends',
    what: 'A task was executed wholly while its replica was cut off. The replica finds its lease lost as it comes back, and ends the run itself; the sender is not told, and waits until `close`.',
    seed: 40915,
    profiles: ['cut-off'],
  },
  {
    signature: 'P6 a resubscribe never ends',
    what: 'A failover loses the end of a task that its owner had been told is with Redis. The run is entered as before, and its owner lives: everybody waits for it.',
    seed: 10717,
    profiles: ['failover'],
  },
  {
    signature: 'P11 a task stays open after a loss',
    what: 'A failover loses the last saves of a task, and that its run is over was lost, too. Nobody compares the task with what was published.',
    seed: 11982,
    profiles: ['failover'],
  },
  {
    signature: 'P6 a subscriber ends without the end',
    what: 'Pub/Sub: who subscribes after the end waits for the store to catch up. Where that makes no progress for a second, it is ended with what there is, without an error.',
    seed: 10685,
    profiles: ['cut-off'],
  },
  {
    signature: 'P11 a task stays open',
    what: 'Pub/Sub: saves of the last events fail. They are nowhere else, and others forget the run: a task that ended stays `working`.',
    seed: 11543,
    profiles: ['cut-off'],
  },
  {
    signature: 'P11 a task stays open',
    what: 'The save of a question to the user fails. A run that is paused is not compared with the store: the task stays `submitted`, though the log has the question.',
    seed: 10507,
    profiles: ['cut-off'],
  },
  {
    signature: 'P11 a task stays open',
    what: 'Pub/Sub: the client whose request stores the events goes away. Nobody stores the rest, and the end is in no log.',
    seed: 10951,
    profiles: ['calm'],
  },
  {
    signature: 'P11 different ends are told',
    what: 'A cancel on the replica that executed a task comes while its end is published and not stored: `CANCELED` is told to subscribers, the store keeps `COMPLETED`.',
    seed: 10938,
    profiles: ['calm'],
  },
  {
    signature: 'P11 different ends are told',
    what: 'The same for a cancel on another replica, which finds nobody who executes the task.',
    seed: 11957,
    profiles: ['calm'],
  },
  {
    signature: 'P6 a cancel never ends',
    what: "An executor ignores a cancel and asks its user, or goes on to an end that another replica's bus does not expect: who asked on another replica waits for an end that does not come.",
    seed: 11664,
    profiles: ['calm'],
  },
  {
    signature: 'P7 a key is left after close',
    what: 'A failover loses that a run was forgotten: its note in `{run:<replica>}` has no TTL, and stays when all replicas have closed.',
    seed: 10609,
    profiles: ['failover'],
  },
  {
    signature: 'P7 a subscription is left',
    what: 'A call fails after it took the bus of a new task and before it listens. The bus is held for an execution that does not come, with its subscription.',
    seed: 10753,
    profiles: ['failover'],
  },
  {
    signature: 'P3 a message is lost',
    what: "An executor fails while a follow-up is accepted: the SDK's task event of the failure, made from an older task, takes the place of the history.",
    seed: 12045,
    profiles: ['calm'],
  },
  {
    signature: 'P12 a part that was told is not stored',
    what: "A follow-up is accepted while what was published before is still being stored. The executor's task event, made from what was stored then, takes the place of later parts.",
    seed: 10617,
    profiles: ['calm'],
  },
  {
    signature: 'P5 a subscriber ends without all parts',
    what: 'Pub/Sub: with the end of a run its counters are gone. Who subscribes while its events are still being stored, and another run has begun, does not know that they are missing.',
    seed: 10805,
    profiles: ['calm'],
  },
  {
    signature: 'webhooks several ends are told',
    what: 'A cancel tells webhooks `CANCELED` after the end that the executor published, which was not stored yet.',
    seed: 10938,
    profiles: ['calm'],
  },
  {
    signature: 'webhooks events are told after the end',
    what: 'A follow-up is accepted while the end is published and not stored: both executions tell webhooks, one after the end of the other.',
    seed: 10401,
    profiles: ['calm'],
  },
  {
    signature: 'webhooks an event is told twice',
    what: 'An end that is told from the store has no mark: the replica that passes it on to who asked for a cancel tells webhooks, too.',
    seed: 10652,
    profiles: ['calm'],
  },
  {
    signature: 'webhooks an event is told twice',
    what: 'What is not stored within the deadline is taken over by the task ender, which tells the end once more. Here the executor published no task, so that nothing is ever stored.',
    seed: 10189,
    profiles: ['calm'],
  },
  {
    signature: 'P11 an executor begins whose run was ended before',
    what: 'A follow-up is executed on a replica that comes back, while others fail its earlier run: the new run is entered although the task has ended.',
    seed: 11076,
    profiles: ['cut-off'],
  },
];

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
