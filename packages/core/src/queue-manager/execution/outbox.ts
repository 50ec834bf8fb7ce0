import { A2ARedisError } from '../../shared/errors.ts';
import { backoffMs } from '../../redis/backoff.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { sleep } from '../../runtime/sleep.ts';
import { END_OF_EVENTS, type EventBatch, type SendOutcome } from '../events/event-transport.ts';
import type { FencedBy } from '../state/task-state.ts';
import type { TaskAddress } from '../state/queue-keys.ts';

/** Events that go out with one call at most. */
const MOST_PER_BATCH = 128;
/** Characters that go out with one call, roughly. */
const BATCH_LENGTH = 512 * 1024;

/** Why events are given up that Redis did not take. */
const REFUSED = 'Redis did not accept them';

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
}

/**
 * What became of an event: `lost` where it was given up, `fenced` where others had ended its run or its task,
 * `late` where its own run had ended the task.
 */
export type EventOutcome = 'accepted' | 'lost' | 'fenced' | 'late';

interface Outgoing {
  readonly counter: number;
  readonly body: string;
  /** Until when it is tried, on the clock of the runtime; for the end, as long as it takes. */
  readonly giveUpAt: number;
  readonly onSettled: ((outcome: EventOutcome) => void) | undefined;
  readonly endsTask: boolean;
}

/**
 * The events of one publisher on their way: sent in order, as many as wait with one call, again
 * until they are accepted.
 */
export class Outbox {
  readonly #runtime: Runtime;
  readonly #sendBatch: SendBatch;
  readonly #task: TaskAddress;
  readonly #publisher: string;
  readonly #limits: OutboxLimits;
  readonly #events: OutboxEvents;
  readonly #waiting: Outgoing[] = [];
  #draining: Promise<void> | undefined;
  #hasBegun = false;
  /** What becomes of all that is not accepted yet; absent as long as it is sent. */
  #closedAs: 'lost' | 'fenced' | undefined;
  /** Whether one of the next events cannot be sent at all: they go one by one until it is found. */
  #isSifting = false;

  constructor({ runtime, send, task, publisher, limits }: OutboxParts, events: OutboxEvents) {
    this.#runtime = runtime;
    this.#sendBatch = send;
    this.#task = task;
    this.#publisher = publisher;
    this.#limits = limits;
    this.#events = events;
  }

  /** What is not accepted yet, oldest first. */
  get waiting(): readonly { readonly counter: number; readonly body: string }[] {
    return this.#waiting;
  }

  /**
   * Sends an event after all earlier ones.
   *
   * @param onSettled Called when others can see it, or never will.
   * @param endsTask Whether it brings the task into a terminal state: what follows it is refused, and must not
   *   go out with it, but for what tells the same once more.
   */
  push(
    counter: number,
    body: string,
    onSettled?: (outcome: EventOutcome) => void,
    endsTask = false,
  ): void {
    if (this.#closedAs !== undefined) {
      onSettled?.(this.#closedAs);
      return;
    }
    const isFull = this.#waiting.length >= this.#limits.maxPendingEvents;
    if (isFull && body !== END_OF_EVENTS) {
      const limit = `${this.#limits.maxPendingEvents} events wait for Redis already`;
      this.#events.onError(this.#lost([counter], limit));
      onSettled?.('lost');
      return;
    }
    // Nobody elsewhere would ever stop waiting without the end.
    const tryMs = body === END_OF_EVENTS ? Infinity : this.#limits.publishDeadlineMs;
    const giveUpAt = this.#runtime.now() + tryMs;
    this.#waiting.push({ counter, body, giveUpAt, onSettled, endsTask });
    this.#draining ??= this.#drain();
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    await this.#draining;
  }

  /** Gives up what waits, and sends nothing more. */
  stop(): void {
    this.#stop('the queue manager was closed');
  }

  #stop(reason: string, cause?: unknown): void {
    if (this.#closedAs !== undefined) return;
    this.#closedAs = 'lost';
    this.#giveUp(this.#waiting.length, reason, cause);
  }

  /** Gives up the oldest of what waits. */
  #giveUp(count: number, reason: string, cause?: unknown): void {
    const given = this.#waiting.splice(0, count);
    this.#report(given, reason, cause);
    for (const { onSettled } of given) onSettled?.('lost');
  }

  async #drain(): Promise<void> {
    // What is published in the same turn goes out together.
    await (this.#hasBegun ? Promise.resolve() : this.#events.beforeFirst?.());
    this.#hasBegun = true;
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch();
      if (batch.at(-1)?.body === END_OF_EVENTS) await this.#events.beforeEnd?.();
      const outcome = await this.#send(batch);
      if (this.#closedAs !== undefined) break;
      if (outcome === 'fenced' || outcome === 'over') {
        this.#closedAs = 'fenced';
        for (const { onSettled } of this.#waiting.splice(0)) onSettled?.('fenced');
        this.#events.onFenced(outcome);
        break;
      }
      if (typeof outcome === 'object') {
        if (isUnsendable(outcome.cause)) this.#sift(batch.length, outcome.cause);
        else this.#giveUpOld(outcome.cause);
        continue;
      }
      this.#waiting.splice(0, batch.length);
      for (const { body, onSettled } of batch) {
        // That the run is over is true all the same.
        const isAccepted = outcome === 'accepted' || body === END_OF_EVENTS;
        onSettled?.(isAccepted ? 'accepted' : 'late');
      }
    }
    this.#draining = undefined;
  }

  /** The longest run of waiting events whose counters follow one another, within bounds. */
  #nextBatch(): readonly Outgoing[] {
    let length = 0;
    const end = this.#waiting.findIndex(({ counter, body, endsTask }, index) => {
      length += body.length;
      const before = this.#waiting[index - 1];
      // An executor that fails tells its end twice: as a task, and as its status.
      const isLate = before?.endsTask === true && !endsTask && body !== END_OF_EVENTS;
      const follows = index === 0 || (counter === (before?.counter ?? 0) + 1 && !isLate);
      const most = this.#isSifting ? 1 : MOST_PER_BATCH;
      return !follows || index >= most || (index > 0 && length > BATCH_LENGTH);
    });
    return this.#waiting.slice(0, end === -1 ? undefined : end);
  }

  /** Tries until it is accepted, or the first event of the batch has been tried for long enough. */
  async #send(batch: readonly Outgoing[]): Promise<SendOutcome | { readonly cause: unknown }> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#sendBatch({
          publisher: this.#publisher,
          firstCounter: batch[0]?.counter ?? 0,
          bodies: batch.map(({ body }) => body),
        });
      } catch (error) {
        if (error instanceof A2ARedisError && error.code === 'CLIENT_CLOSED') {
          this.#stop(REFUSED, error);
        }
        const isHopeless = isUnsendable(error) || this.#isOld(batch[0]);
        if (this.#closedAs !== undefined || isHopeless) return { cause: error };
        const pauseMs = backoffMs(attempt, 50, 2000, this.#runtime.random());
        await sleep(this.#runtime, pauseMs, { ref: false });
        if (this.#closedAs !== undefined) return { cause: error };
      }
    }
  }

  /** Finds the event that cannot be sent, and gives up that one alone. */
  #sift(count: number, cause: unknown): void {
    this.#isSifting = count > 1;
    if (count === 1) this.#giveUp(1, REFUSED, cause);
  }

  /** Gives up all that was tried for long enough, whether or not its turn had come. */
  #giveUpOld(cause: unknown): void {
    const young = this.#waiting.findIndex((event) => !this.#isOld(event));
    this.#giveUp(young === -1 ? this.#waiting.length : young, REFUSED, cause);
  }

  #isOld(event: Outgoing | undefined): boolean {
    return event !== undefined && event.giveUpAt <= this.#runtime.now();
  }

  #report(given: readonly Outgoing[], reason: string, cause?: unknown): void {
    const events = given.filter(({ body }) => body !== END_OF_EVENTS);
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

/** Whether it is of no use to try again: an event holds what no record can. */
function isUnsendable(error: unknown): boolean {
  return error instanceof A2ARedisError && error.code === 'INVALID_ARGUMENT';
}
