import type { Message, Task } from '@a2a-js/sdk';
import {
  type AgentExecutionEvent,
  ResultManager,
  type ServerCallContext,
  type TaskStore,
} from '@a2a-js/sdk/server';

import { A2ARedisError } from '../../shared/errors.ts';
import { contextOfScope } from '../../shared/scope.ts';
import { type IdentifiedEvent, withEventId } from '../../event-ids/event-id.ts';
import { backOff } from '../../redis/backoff.ts';
import { AnswerWatch } from '../../runtime/answer-watch.ts';
import { sleep } from '../../runtime/sleep.ts';
import { isTerminal } from '../../shared/state-kinds.ts';
import type { BusServices } from './bus-services.ts';
import { isEnd, statusOf } from '../events/end-status.ts';
import { decodeEvent } from '../events/event-codec.ts';
import { isUnstorable } from '../events/queue-errors.ts';
import type { TaskAddress } from '../state/queue-keys.ts';
import { taskIdOf } from '../events/task-of-event.ts';

/** How long requests have to store an event before their publisher does, in milliseconds. */
const GRACE_MS = 500;
/** The longest pause after a store could not be reached, in milliseconds. */
const LONGEST_PAUSE_MS = 10_000;

/** With so many characters in all, no further event is kept while the store is away, however few there are. */
const MOST_WAITING = 64 * 1024 * 1024;

/** An event that others have, and that the task may not hold yet. */
interface Unstored {
  readonly identified: IdentifiedEvent;
  /** As others have it. */
  readonly body: string;
  readonly acceptedAt: number;
  /** When the store first failed to take it, though it could be read. */
  failedAt?: number;
}

/**
 * Sees to it that a task holds what a run published, where requests store what they hear: they are behind,
 * as far as their clients keep them, and a request that leaves stores nothing more. What they have not
 * stored within a moment, the publisher stores as they would, and tells webhooks of it.
 *
 * Only where the store reads event ids: otherwise nobody can tell what it holds.
 */
export class StoredEvents {
  readonly #task: TaskAddress;
  readonly #services: BusServices;
  /** By counter, ascending. */
  readonly #unstored = new Map<number, Unstored>();
  /** The characters of all of them. */
  #length = 0;
  /** Only while the store is away there is a limit to what waits for it. */
  readonly #answers: AnswerWatch;
  /** The first and the last of the events that were left out since the store answered; and whether there were any. */
  #missed: readonly [first: number, last: number] | undefined;
  #hasMissed = false;
  #userMessage: Message | undefined;
  /** Whether nobody listens here who would store what comes. */
  #isAlone = false;
  /** Whether requests take nothing more: the task has come to its end. */
  #isComplete = false;
  #isStopped = false;
  #isWatching = false;
  #storing: Promise<void> = Promise.resolve();

  constructor(task: TaskAddress, services: BusServices) {
    this.#task = task;
    this.#services = services;
    this.#answers = new AnswerWatch(services.runtime);
  }

  /** A request has begun to execute, and listens. */
  begin(userMessage: Message | undefined): void {
    this.#isAlone = false;
    this.#userMessage = userMessage ?? this.#userMessage;
  }

  /** Nobody listens here any more. */
  endRequests(): void {
    this.#isAlone = true;
  }

  /**
   * Others have an event.
   *
   * @param body What they have.
   */
  accept(identified: IdentifiedEvent, body: string): void {
    const { event, eventId } = identified;
    const { trackingStore, eventStore, runtime } = this.#services;
    if (trackingStore === undefined || eventStore !== undefined || this.#isComplete) return;
    // Events of another task are stored by who listens.
    if (taskIdOf(event) !== this.#task.taskId) return;
    this.#isComplete = isEnd(event);
    if (this.#isFull && !isTerminal(statusOf(event))) {
      this.#missed = [this.#missed?.[0] ?? eventId.counter, eventId.counter];
      this.#hasMissed = true;
      return;
    }
    this.#unstored.set(eventId.counter, { identified, body, acceptedAt: runtime.now() });
    this.#length += body.length;
    void this.#watch();
  }

  /**
   * Waits until the task holds all that was accepted so far.
   *
   * @param deadlineMs How long the store may fail, in milliseconds.
   * @returns Whether it does.
   */
  async stored(deadlineMs: number): Promise<boolean> {
    const { runtime } = this.#services;
    const giveUpAt = runtime.now() + deadlineMs;
    for (let attempt = 1; this.#unstored.size > 0; attempt += 1) {
      // The first look would come too early for the very last event.
      await backOff(runtime, attempt, 20, 1000);
      await this.#look();
      if (runtime.now() >= giveUpAt || this.#isStopped) break;
    }
    return this.#unstored.size === 0 && !this.#hasMissed;
  }

  /** Whether the store is away, and as much waits for it as may. */
  get #isFull(): boolean {
    const { maxPendingEvents } = this.#services.limits;
    const isMuch = this.#unstored.size >= maxPendingEvents || this.#length >= MOST_WAITING;
    return isMuch && this.#answers.isAway;
  }

  #delete(counter: number): void {
    this.#length -= this.#unstored.get(counter)?.body.length ?? 0;
    this.#unstored.delete(counter);
  }

  /** Reports a gap once its size is known. */
  #tellMissed(): void {
    if (this.#missed === undefined) return;
    const [first, last] = this.#missed;
    this.#missed = undefined;
    const taskId = JSON.stringify(this.#task.taskId);
    const message = `Events ${first}–${last} of task ${taskId} are not stored as they come: the store is away, and as much waits for it already as may.`;
    this.#services.onError(new A2ARedisError('EVENTS_LOST', message));
  }

  /** Stores now what requests have not stored; reports what cannot be. */
  async flush(): Promise<void> {
    this.#isAlone = true;
    if (this.#unstored.size > 0) await this.#look();
  }

  /** Stores nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#answers.answered();
    this.#unstored.clear();
    this.#length = 0;
    this.#tellMissed();
  }

  async #watch(): Promise<void> {
    if (this.#isWatching) return;
    this.#isWatching = true;
    const { runtime } = this.#services;
    let failures = 0;
    while (this.#unstored.size > 0 && !this.#isStopped) {
      if (failures > 0) await backOff(runtime, failures, 1000, LONGEST_PAUSE_MS);
      else await sleep(runtime, this.#isAlone ? 1 : GRACE_MS, { ref: false });
      failures = (await this.#look()) ? 0 : failures + 1;
    }
    this.#isWatching = false;
  }

  /** Whether the store could be reached. */
  async #look(): Promise<boolean> {
    const looking = this.#storing.then(async () => this.#storeDue());
    // What fails is tried again, and keeps nothing later from being stored.
    this.#storing = looking.catch(() => undefined);
    this.#answers.asked();
    try {
      await looking;
      this.#answers.answered();
      this.#tellMissed();
      return true;
    } catch (error) {
      if (!this.#isStopped) this.#services.onError(error);
      return false;
    }
  }

  /** What stores events as a request does. */
  #newResults(store: TaskStore, context: ServerCallContext): ResultManager {
    const results = new ResultManager(store, context);
    if (this.#userMessage !== undefined) results.setContext(this.#userMessage);
    return results;
  }

  /** Stores what should be stored by now, and is not. */
  async #storeDue(): Promise<void> {
    const { trackingStore, runtime, webhooks } = this.#services;
    if (trackingStore === undefined || this.#unstored.size === 0) return;
    const { taskId, scope } = this.#task;
    const context = contextOfScope(scope);
    const [stored, applied] = await Promise.all([
      trackingStore.load(taskId, context),
      trackingStore.appliedEvents(taskId, context),
    ]);
    let results = this.#newResults(trackingStore, context);
    for (const [counter, unstored] of this.#unstored) {
      const { identified, acceptedAt } = unstored;
      const { eventId } = identified;
      const isStored = applied?.has(eventId) === true;
      // What comes later is due later.
      if (!isStored && !this.#isAlone && runtime.now() < acceptedAt + GRACE_MS) return;
      const event = isStored ? identified.event : this.#sent(unstored);
      try {
        if (!isStored) await results.processEvent(withEventId(event, eventId));
      } catch (error) {
        if (!isUnstorable(error) && !this.#isGivenUp(unstored)) throw error;
        this.#services.onError(error);
        this.#delete(counter);
        // What they hold of the task has the event in it.
        results = this.#newResults(trackingStore, context);
        continue;
      }
      this.#delete(counter);
      const task = results.getCurrentTask() ?? stored;
      // Each in its turn: requests that have stored some may not have come to tell of them.
      if (isLate(event, task)) continue;
      webhooks.tell({ eventId, event, taskId, context, taskAfter: () => task });
    }
  }

  /** An event as others have it: the one that was published may hold what no store can copy, or have changed. */
  #sent({ identified, body }: Unstored): AgentExecutionEvent {
    return decodeEvent(body) ?? identified.event;
  }

  /** Whether the store has failed to take an event for as long as one is tried, though it could be read. */
  #isGivenUp(unstored: Unstored): boolean {
    const now = this.#services.runtime.now();
    unstored.failedAt ??= now;
    return now - unstored.failedAt >= this.#services.limits.publishDeadlineMs;
  }
}

/** Whether a task had another end before an event was stored: nobody is told of it any more. */
function isLate(event: AgentExecutionEvent, task: Task | undefined): boolean {
  return isTerminal(task?.status) && statusOf(event)?.state !== task?.status?.state;
}
