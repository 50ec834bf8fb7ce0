import { A2ARedisError, isClientClosed } from '../../shared/errors.ts';
import { backOff } from '../../redis/backoff.ts';
import { isRefusal } from '../../redis/command-fault.ts';
import { AnswerWatch } from '../../runtime/answer-watch.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { END_OF_EVENTS, type EventBatch, type SendOutcome } from '../events/event-transport.ts';
import { type OutgoingEvent, OutgoingEvents } from '../events/outgoing-events.ts';
import { isDamage, isUnstorable } from '../events/queue-errors.ts';
import { LastingRefusal } from './lasting-refusal.ts';
import type { FencedBy } from '../state/task-state.ts';
import type { TaskAddress } from '../state/queue-keys.ts';

/** Why events are given up that Redis did not take. */
const REFUSED = 'Redis did not accept them';
/** The longest pause before another attempt, in milliseconds; and where that can help only once somebody has changed something. */
const LONGEST_PAUSE_MS = 2000;
const LONGEST_REFUSED_PAUSE_MS = 10_000;

/** How much a bus holds back while Redis is away. */
export interface OutboxLimits {
  /** How many events wait at most. */
  readonly maxPendingEvents: number;
  /** How long after it was published an event is tried, in milliseconds. */
  readonly publishDeadlineMs: number;
}

/** What an outbox tells. */
export interface OutboxEvents {
  /** Awaited before anything is sent: what was published before by another run. */
  readonly beforeFirst?: (() => Promise<void>) | undefined;
  /** Awaited before the end is sent: what tells of the beginning must be with Redis by then. */
  readonly beforeEnd?: (() => Promise<void>) | undefined;
  /** Events could not be sent; others will see a gap. */
  readonly onError: (error: A2ARedisError) => void;
  /** The run was ended by others: nothing more is sent. */
  readonly onFenced: (by: FencedBy) => void;
}

/** Gets a batch to Redis. Safe to repeat: what was accepted before is not sent again. */
export type SendBatch = (batch: EventBatch) => Promise<SendOutcome>;

/** What an outbox works with. */
export interface OutboxParts {
  readonly runtime: Runtime;
  readonly send: SendBatch;
  readonly task: TaskAddress;
  /** The run whose events these are. */
  readonly publisher: string;
  readonly limits: OutboxLimits;
  /** Whether it is known from other calls that Redis is away. */
  readonly isAway?: (() => boolean) | undefined;
}

/**
 * What became of an event: `lost` where it was given up, `fenced` where others had ended its run or its task,
 * `late` where its own run had ended the task.
 */
export type EventOutcome = 'accepted' | 'lost' | 'fenced' | 'late';

/** Told what became of an event; and why, where it was given up and Redis said so. */
type OnSettled = (outcome: EventOutcome, cause?: unknown) => void;

interface Outgoing extends OutgoingEvent {
  readonly onSettled: OnSettled | undefined;
  readonly endsTask: boolean;
}

/** What came of a batch, or why it was not tried any longer. */
type Sent = SendOutcome | { readonly cause: unknown };

/**
 * The events of one run on their way: sent until they are accepted. What a call without a reply brought is known by
 * its counters, so that another attempt may send more, or less.
 */
export class Outbox {
  readonly #runtime: Runtime;
  readonly #sendBatch: SendBatch;
  readonly #task: TaskAddress;
  readonly #publisher: string;
  readonly #limits: OutboxLimits;
  readonly #events: OutboxEvents;
  readonly #outgoing: OutgoingEvents<Outgoing, Sent>;
  /** What becomes of all that is not accepted yet; absent as long as it is sent. */
  #closedAs: 'lost' | 'fenced' | undefined;
  /** Only while Redis is away there is a limit to what waits: a burst within one turn goes out after it. */
  readonly #answers: AnswerWatch;
  /** The counter of the last event that a call was made with. */
  #sentBefore = 0;
  readonly #isKnownAway: () => boolean;
  /** Whether one of the next events cannot be sent at all: they go one by one until it is found. */
  #isSifting = false;
  /** That of the end, which is told once, and waited out for as long as an event is tried. */
  readonly #endRefusal: LastingRefusal;
  /** The first and the last of the events that were refused since one was taken: too many wait. */
  #refused: readonly [first: number, last: number] | undefined;

  constructor(
    { runtime, send, task, publisher, limits, isAway = () => false }: OutboxParts,
    events: OutboxEvents,
  ) {
    this.#runtime = runtime;
    this.#sendBatch = send;
    this.#task = task;
    this.#publisher = publisher;
    this.#limits = limits;
    this.#events = events;
    this.#answers = new AnswerWatch(runtime);
    this.#isKnownAway = isAway;
    this.#endRefusal = new LastingRefusal(runtime, limits.publishDeadlineMs);
    this.#outgoing = new OutgoingEvents({
      runtime,
      maxPendingEvents: limits.maxPendingEvents,
      beforeFirst: events.beforeFirst,
      mayFollow: (before, event) => !this.#isSifting && isBeforeEnd(before, event),
      send: (batch) => this.#send(batch),
      settle: (batch, sent) => {
        this.#settle(batch, sent);
      },
    });
  }

  /** What is not accepted yet, oldest first. */
  get waiting(): readonly { readonly counter: number; readonly body: string }[] {
    return this.#outgoing.waiting;
  }

  /**
   * Sends an event after all earlier ones.
   *
   * @param onSettled Called when others can see it, or never will.
   * @param endsTask Whether it brings the task into a terminal state: what follows it is refused, and must not
   *   go out with it, but for what tells the same once more.
   */
  push(counter: number, body: string, onSettled?: OnSettled, endsTask = false): void {
    if (this.#closedAs !== undefined) {
      onSettled?.(this.#closedAs);
      return;
    }
    // Without its end, nobody would know what became of the task.
    if (this.isFull && body !== END_OF_EVENTS && !endsTask) {
      this.#refused = [this.#refused?.[0] ?? counter, counter];
      onSettled?.('lost');
      return;
    }
    this.#tellRefused();
    // Nobody elsewhere would stop waiting without the end, as long as this process lives.
    const tryMs = body === END_OF_EVENTS ? Infinity : this.#limits.publishDeadlineMs;
    const giveUpAt = this.#runtime.now() + tryMs;
    this.#answers.asked();
    this.#outgoing.push({ counter, body, giveUpAt, onSettled, endsTask });
  }

  /** Whether an event would be refused now that does not end its task: Redis is away, and too many wait for it. */
  get isFull(): boolean {
    if (this.#closedAs !== undefined || !this.#outgoing.isFull) return false;
    return this.#answers.isAway || this.#isKnownAway();
  }

  /** Resolves when all that waits now was accepted, or given up; but for the end. */
  async sent(): Promise<void> {
    const last = this.#outgoing.waiting.findLast(({ body }) => body !== END_OF_EVENTS);
    if (last !== undefined) await this.#outgoing.taken(last);
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    await this.#outgoing.drained();
  }

  /** Gives up what waits, and sends nothing more. */
  stop(): void {
    this.#stop('the queue manager was closed');
  }

  #stop(reason: string, cause?: unknown): void {
    if (this.#closedAs !== undefined) return;
    this.#closedAs = 'lost';
    this.#answers.answered();
    this.#giveUp(this.#takeAll(), reason, cause);
    this.#tellRefused();
  }

  /** Reports a gap once its size is known: a run may publish thousands of events while Redis is away. */
  #tellRefused(): void {
    if (this.#refused === undefined) return;
    const [first, last] = this.#refused;
    this.#refused = undefined;
    const counters = first === last ? [first] : [first, last];
    this.#events.onError(
      this.#lost(counters, 'Redis is away, and as much waits for it already as may'),
    );
  }

  #takeAll(): readonly Outgoing[] {
    return this.#outgoing.take(this.waiting.length);
  }

  #giveUp(given: readonly Outgoing[], reason: string, cause?: unknown): void {
    this.#report(given, reason, cause);
    for (const { onSettled } of given) onSettled?.('lost', cause);
  }

  #settle(batch: readonly Outgoing[], outcome: Sent): void {
    if (this.#closedAs !== undefined) return;
    this.#settleBatch(batch, outcome);
    if (this.waiting.length === 0) this.#answers.answered();
    this.#tellRefused();
  }

  #settleBatch(batch: readonly Outgoing[], outcome: Sent): void {
    if (outcome === 'fenced' || outcome === 'over') {
      this.#closedAs = 'fenced';
      for (const { onSettled } of this.#takeAll()) onSettled?.('fenced');
      this.#events.onFenced(outcome);
      return;
    }
    if (typeof outcome === 'object') {
      this.#failed(batch, outcome.cause);
      return;
    }
    // That the run is over is true all the same, and was refused with the events before it: it goes out alone.
    const isEndLeft = outcome === 'ended' && batch.length > 1 && isEndOfRun(batch.at(-1));
    const settled = isEndLeft ? batch.slice(0, -1) : batch;
    this.#outgoing.take(settled.length);
    for (const event of settled) {
      const isAccepted = outcome === 'accepted' || isEndOfRun(event);
      event.onSettled?.(isAccepted ? 'accepted' : 'late');
    }
  }

  /**
   * Gives up what was tried for long enough, or is refused for good; finds the event that cannot be sent, and gives up
   * that one alone.
   */
  #failed(batch: readonly Outgoing[], cause: unknown): void {
    const count = batch.length;
    if (!isUnstorable(cause)) {
      // The end goes out once more, by itself: where it was alone, it was refused for good.
      const events = batch.filter((each) => !isEndOfRun(each)).length;
      const refused = isRefusal(cause) ? events || count : 0;
      this.#giveUp(this.#outgoing.take(refused), REFUSED, cause);
      this.#giveUp(this.#outgoing.takeOld(), REFUSED, cause);
      return;
    }
    this.#isSifting = count > 1;
    if (count === 1) this.#giveUp(this.#outgoing.take(1), REFUSED, cause);
  }

  /** Tries until it is accepted, or the first event of the batch has been tried for long enough. */
  async #send(batch: readonly Outgoing[]): Promise<Sent> {
    this.#answers.asked();
    if (isEndOfRun(batch.at(-1))) await this.#events.beforeEnd?.();
    // Damage that stays is told once; what is removed is another one each time.
    const told = new Set<string>();
    for (let attempt = 1; ; attempt += 1) {
      const sentBefore = this.#sentBefore;
      this.#sentBefore = Math.max(sentBefore, batch.at(-1)?.counter ?? 0);
      try {
        const outcome = await this.#sendBatch({
          publisher: this.#publisher,
          firstCounter: batch[0]?.counter ?? 0,
          sentBefore,
          bodies: batch.map(({ body }) => body),
        });
        this.#answers.answered();
        return outcome;
      } catch (error) {
        if (isClientClosed(error)) {
          this.#stop(REFUSED, error);
        }
        // Once more, it may be accepted, and what others know of the task is lost all the same.
        if (isDamage(error)) {
          if (!told.has(error.detail ?? '')) this.#events.onError(error);
          told.add(error.detail ?? '');
        }
        const isRefused = isRefusal(error);
        const isHopeless =
          isUnstorable(error) ||
          this.#outgoing.isOld(batch[0]) ||
          (isRefused && (!batch.every(isEndOfRun) || this.#isEndRefusedForGood(error)));
        if (this.#closedAs !== undefined || isHopeless) return { cause: error };
        const longestMs = isRefused ? LONGEST_REFUSED_PAUSE_MS : LONGEST_PAUSE_MS;
        await backOff(this.#runtime, attempt, 50, longestMs);
        if (this.#closedAs !== undefined) return { cause: error };
      }
    }
  }

  #isEndRefusedForGood(error: A2ARedisError): boolean {
    if (this.#endRefusal.isNew) this.#events.onError(error);
    return this.#endRefusal.isFinal(error);
  }

  #report(given: readonly Outgoing[], reason: string, cause?: unknown): void {
    const events = given.filter((each) => !isEndOfRun(each));
    if (events.length === 0) return;
    const counters = events.map(({ counter }) => counter);
    this.#events.onError(this.#lost(counters, reason, cause));
  }

  #lost(counters: readonly number[], reason: string, cause?: unknown): A2ARedisError {
    const [first = 0] = counters;
    const which = counters.length === 1 ? `Event ${first}` : `Events ${first}–${counters.at(-1)}`;
    return new A2ARedisError(
      'EVENTS_LOST',
      `${which} of task ${JSON.stringify(this.#task.taskId)} did not get to other replicas: ${reason}.`,
      { cause },
    );
  }
}

/** Whether it says that the run is over. */
function isEndOfRun(event: Outgoing | undefined): boolean {
  return event?.body === END_OF_EVENTS;
}

/**
 * Whether an event does not come after the end of its task, in the eyes of those who refuse what does. An executor
 * that fails tells its end twice: as a task, and as its status.
 */
function isBeforeEnd(before: Outgoing, { endsTask, body }: Outgoing): boolean {
  return !before.endsTask || endsTask || body === END_OF_EVENTS;
}
