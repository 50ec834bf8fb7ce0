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
    what: "An executor on another replica ignores a cancel, and then asks its user. Who asked for the cancel waits for an end that does not come.'s bus does not expect: who asked on another replica waits for an end that does not come.",
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
  {
    signature: 'P6 a healthy replica is taken to be gone after a loss',
    what: 'The list of leases is lost, here to an eviction. A replica that does not find its own lease takes its runs to have been ended, and drops what they still publish.',
    seed: 11408,
    profiles: ['evict'],
  },
  {
    signature: 'P11 a task stays open after a loss',
    what: 'All is lost. A replica drops its run because its lease is gone; the run is entered nowhere, so that nobody ends it, and the task stays `working`.',
    seed: 11112,
    profiles: ['flush'],
  },
  {
    signature: 'P6 a healthy replica is taken to be gone',
    what: "The server's clock steps forward. All leases have run out at once, and who renews first ends the runs of the others.",
    seed: 10325,
    profiles: ['clock'],
  },
  {
    signature: 'webhooks events are told out of order',
    what: 'Two requests on one replica hear of an event, here a send and a cancel. Each tells webhooks of what it has stored itself, so that a later event goes first.',
    seed: 10252,
    profiles: ['calm'],
  },
  {
    signature: 'webhooks events are told after the end',
    what: 'Two requests on one replica hear of an event: one tells `COMPLETED`, and the other one the chunks before it.',
    seed: 10956,
    profiles: ['calm'],
  },
  {
    signature: 'webhooks several ends are told',
    what: 'A replica whose run was fenced still tells webhooks its own end, after that of the one that failed the task.',
    seed: 11569,
    profiles: ['cut-off'],
  },
  {
    signature: 'webhooks an event is told twice',
    what: 'Saves take longer than `publishDeadlineMs`: the ender takes over, and both tell the end.',
    seed: 10482,
    profiles: ['pause'],
  },
  {
    signature: 'webhooks an end is not told',
    what: 'A cancel comes while a question to the user is published and not stored. Subscribers are told `CANCELED`, who asked that the task cannot be canceled; the store keeps the question, and no webhook is told.',
    seed: 10483,
    profiles: ['calm'],
  },
  {
    signature: 'P7 a note of a run is left',
    what: 'Redis is away as a run has come to its end: the note is not removed then, and never later.',
    seed: 10609,
    profiles: ['restart'],
  },
  {
    signature: 'P7 a key has no expiry',
    what: "A run is fenced that is the only field of its task's state: with it the key goes, and the fence is written to a new one, which has no TTL.",
    seed: 10695,
    profiles: ['restart'],
  },
  {
    signature: 'P4 stored twice after a loss',
    what: 'A record is lost, with what it says of applied events. Two replicas store their copies, and the merge keeps the parts of both.',
    seed: 10829,
    profiles: ['flush'],
  },
  {
    signature: 'P4 stored out of order after a loss',
    what: 'The same, as the parts of the one come before those of the other.',
    seed: 10829,
    profiles: ['flush'],
  },
  {
    signature: 'P5 gap to a subscriber',
    what: 'A log is lost before an event in it is stored, which its publisher then does. Who subscribes in between is never told of it, nor that something is missing.',
    seed: 10551,
    profiles: ['flush'],
  },
  {
    signature: 'P5 a subscriber ends without all parts',
    what: 'Events of a run that was fenced are in no log, but its replica stores what it had delivered before: the task has parts that subscribers were not told.',
    seed: 10410,
    profiles: ['cut-off'],
  },
  {
    signature: 'P6 a listener ends without the end',
    what: 'A run is fenced before its first event is stored. One replica announces the end without a status; who listens is ended before another one has stored that the task failed.',
    seed: 11830,
    profiles: ['stall'],
  },
  {
    signature: 'P5 gap to a subscriber',
    what: 'A failover or a refused write loses events out of the middle of what a subscriber hears, and it goes on without being told.',
    seed: 100106,
    profiles: ['failover'],
  },
  {
    signature: 'P11 a task stays open',
    what: 'A server without memory refuses one save. What the run published is not compared with the store any more once it waits or was forgotten: the task stays as it was.',
    seed: 100001,
    profiles: ['memory'],
  },
  {
    signature: 'P6 a resubscribe never ends',
    what: 'A server without memory refuses the save of an end. The log or the state says that the task goes on: who listens waits for ever.',
    seed: 100303,
    profiles: ['memory'],
  },
  {
    signature: 'P6 a send never ends',
    what: 'A connection breaks while a run is entered: the blocking call waits for an end that nobody publishes.',
    seed: 100333,
    profiles: ['cut'],
  },
  {
    signature: 'P6 a healthy replica is taken to be gone after a loss',
    what: 'The record of leases vanishes: a renewal finds none, takes that as proof, and all healthy runs are fenced.',
    seed: 100770,
    profiles: ['failover'],
  },
  {
    signature: 'P7 a note of a run is left',
    what: 'A run came to its end, and its note in `{run:<replica>}` was made again, or could not be removed, under a name that is not on the list of replicas any more: nobody reads it.',
    seed: 100257,
    profiles: ['cut-off'],
  },
  {
    signature: 'P7 a key is left after close',
    what: 'The note of a run stays under a name that its replica has given up: `{run:<replica>}` has no TTL.',
    seed: 100257,
    profiles: ['cut-off'],
  },
  {
    signature: 'webhooks an end is not told',
    what: 'Who passes the end on is not the process that published it, and that one has no request any more: nobody tells the webhook.',
    seed: 100137,
    profiles: ['calm'],
  },
  {
    signature: 'webhooks events are told out of order',
    what: 'Two requests on one replica hear the events: who asks first wins the place, so that a later event is told before an earlier one.',
    seed: 100218,
    profiles: ['cut-off'],
  },
  {
    signature: 'P10 a report without a fault',
    what: 'Pub/Sub: a subscriber comes while events are still being stored, which the store then refuses because the task has ended: it is told that events were lost.',
    seed: 100068,
    profiles: ['calm'],
  },
  {
    signature: 'P6 a send-now never ends',
    what: 'Pub/Sub: all is lost, and the lease with it: a run is fenced and entered nowhere, and who waits for the answer waits until `close`.',
    seed: 10321,
    profiles: ['flush'],
  },
  {
    signature: 'P11 a task stays open',
    what: 'Pub/Sub: one save is refused, as the server is full. The request fails, nobody stores the rest, and a task that ended stays `working`.',
    seed: 10025,
    profiles: ['memory'],
  },
  {
    signature: 'P11 a task stays open',
    what: 'Streams: the same before a question to the user. A run that is paused is not compared with the store, and the task stays `submitted`.',
    seed: 11808,
    profiles: ['memory'],
  },
  {
    signature: 'P6 a send-now never ends',
    what: 'A run is fenced while its registration is repeated, which is refused then. The executor begins all the same; what it publishes is dropped, and who sent waits until `close`.',
    seed: 202033,
    profiles: ['cut-off'],
  },
  {
    signature: 'P6 a subscriber ends without the end',
    what: 'A replica that is not sure of its lease hands what it publishes to listeners here once Redis has it. The message of the end comes ahead of the reply to the call that sent it: a subscriber here is ended without it.',
    seed: 201364,
    profiles: ['stall'],
  },
  {
    signature: 'P6 a subscriber ends without the end',
    what: 'The same, the first that a replica does after it was cut off from replies being a cancel.',
    seed: 200202,
    profiles: ['stall'],
  },
  {
    signature: 'P6 a cancel never ends',
    what: 'A follow-up elsewhere ends the task before the run with the question is paused: that is not taken for the end of the task, and the pause leaves the state open. Who asked for a cancel waits.',
    seed: 10401,
    profiles: ['calm'],
  },
  {
    signature: 'P4 repeated to a subscriber after a loss',
    what: 'Pub/Sub: a record is lost, with what it says of applied events. A fresh snapshot has parts that are not known to be in it, and they are told once more.',
    seed: 21074,
    profiles: ['flush'],
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
