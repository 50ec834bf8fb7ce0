import type { TaskStatus } from '@a2a-js/sdk';
import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

import { A2ARedisError } from '../../shared/errors.ts';
import { isInterrupted, isTerminal } from '../../shared/state-kinds.ts';
import { isRefusal } from '../../redis/command-fault.ts';
import type { BusServices } from './bus-services.ts';
import { statusOf } from '../events/end-status.ts';
import { decodeEvent, encodeWholeEvent } from '../events/event-codec.ts';
import { EventSender, type ExecutingRequest } from './event-sender.ts';
import { END_OF_EVENTS, type EventBatch, type SendOutcome } from '../events/event-transport.ts';
import type { IdentifiedEvent } from '../../event-ids/event-id.ts';
import { OrderedCalls } from './ordered-calls.ts';
import { type EventOutcome, Outbox, type OutboxEvents } from './outbox.ts';
import type { EndedRun } from './own-runs.ts';
import type { TaskAddress } from '../state/queue-keys.ts';
import { StoredEvents } from './stored-events.ts';
import { taskIdOf } from '../events/task-of-event.ts';
import { wholeEvent } from '../events/whole-event.ts';

/** An event for those who listen to the execution; one that nobody else can get has no id. */
export type HeardEvent = Pick<IdentifiedEvent, 'event'> & Partial<IdentifiedEvent>;

/** Gives an event to those who listen to the execution. */
export type Deliver = (event: HeardEvent) => void;

/**
 * What one run of a task publishes: counted, identified, handed to those who listen to the execution, and
 * sent. Subscribers hear it as those of other replicas do.
 */
export class EventPublisher {
  /** The name of the run: the publisher of the events. */
  readonly run: string;
  readonly #task: TaskAddress;
  readonly #services: BusServices;
  readonly #sender: EventSender;
  readonly #outbox: Outbox;
  readonly #stored: StoredEvents;
  #counter = 0;
  /** What listeners to the execution get once others can: as a rule they have it at once. */
  readonly #deferred = new OrderedCalls();
  /** Whether the last event was refused, as too many wait for Redis. */
  #isInGap = false;
  #status: TaskStatus | undefined;
  #hasPublishedEnd = false;
  /** The last event with a status that was accepted, as text; empty where there was none. */
  #acceptedStatus = '';
  #acceptedCounter = 0;
  #acceptedAt = Number.NEGATIVE_INFINITY;

  constructor(
    task: TaskAddress,
    run: string,
    services: BusServices,
    events: Omit<OutboxEvents, 'onError'>,
  ) {
    this.#task = task;
    this.run = run;
    this.#services = services;
    this.#stored = new StoredEvents(task, services);
    const { runtime, limits, onError } = services;
    const sender = new EventSender(task, services);
    this.#sender = sender;
    const send = async (batch: EventBatch): Promise<SendOutcome> => sender.send(batch);
    const isAway = (): boolean => services.runner.isAway;
    const parts = { runtime, send, task, publisher: run, limits, isAway };
    this.#outbox = new Outbox(parts, { ...events, onError });
  }

  /** Says what an execution began with. */
  begin(request: ExecutingRequest): void {
    this.#sender.begin(request, { publisher: this.run, counter: this.#counter });
    this.#stored.begin(request.userMessage);
  }

  /** Nobody listens here any more. */
  endRequests(): void {
    this.#sender.endRequests();
    this.#stored.endRequests();
  }

  /** How many events there were. */
  get counter(): number {
    return this.#counter;
  }

  /** Whether events were given up that nobody stores: what was sent is stored, where the store takes events. */
  get hasLost(): boolean {
    return this.#services.eventStore !== undefined && this.#sender.hasLost;
  }

  /** Whether events are not with Redis yet. */
  get isSending(): boolean {
    return this.#outbox.waiting.length > 0;
  }

  /** Whether a terminal state was published. */
  get hasPublishedEnd(): boolean {
    return this.#hasPublishedEnd;
  }

  /** Whether the last status that was published leaves the task waiting for its user. */
  get isInterrupted(): boolean {
    return isInterrupted(this.#status);
  }

  /** What was accepted so far: the last status, and the counter of the last event. */
  accepted(): Pick<EndedRun, 'status' | 'counter' | 'acceptedAt'> {
    const event = this.#acceptedStatus === '' ? undefined : decodeEvent(this.#acceptedStatus);
    return {
      status: event && statusOf(event),
      counter: this.#acceptedCounter,
      acceptedAt: this.#acceptedAt,
    };
  }

  /** Whether listeners to the execution wait for events that were published. */
  get isDeferring(): boolean {
    return !this.#deferred.isEmpty;
  }

  /**
   * Publishes an event. Listeners to the execution have it at once, unless this process was silent for so
   * long that others may have ended the task.
   */
  publish(published: AgentExecutionEvent, deliver: Deliver): void {
    const encoded = this.#encode(published);
    if (encoded === undefined) {
      // It is not counted, as others would miss it: it is left to what the request handler makes of it. As no
      // record can hold it either, its task may lack an end.
      this.#sender.lose();
      this.#deferred.after(() => {
        deliver({ event: published });
      });
      return;
    }
    const { event, body } = encoded;
    this.#status = statusOf(event) ?? this.#status;
    const endsTask = isTerminal(statusOf(event));
    this.#hasPublishedEnd ||= endsTask;
    this.#counter += 1;
    const isCertain = this.#services.lease.isCertain && this.#deferred.isEmpty;
    const isInGap = this.#isInGap;
    this.#isInGap = this.#outbox.isFull && !endsTask;
    // The request that stores the first event of a gap fails by that, and hears no other. Where requests store as
    // they hear, they lack what others do as soon as they would have to wait for it. So nothing of it is kept.
    const isMissed = this.#services.eventStore === undefined ? !isCertain : isInGap;
    if (this.#isInGap && isMissed) {
      this.#outbox.push(this.#counter, body);
      return;
    }
    const eventId = { publisher: this.run, counter: this.#counter };
    const identified: IdentifiedEvent = { eventId, event };
    const toListeners = (): void => {
      deliver(identified);
    };
    const settle = this.#sender.expect(identified);
    const settleDeferred = isCertain ? undefined : this.#deferred.add(toListeners);
    const onSettled = (outcome: EventOutcome, cause?: unknown): void => {
      if (outcome === 'accepted') this.#accept(eventId.counter, event, body);
      // Requests here store also what others do not get.
      if (outcome === 'accepted' || outcome === 'lost') this.#stored.accept(identified, body);
      settle(outcome, settleDeferred === undefined ? 'heard' : 'unheard', cause);
      // Only where the run was ended, nobody is told.
      settleDeferred?.(outcome === 'accepted' || outcome === 'lost');
    };
    this.#outbox.push(eventId.counter, body, onSettled, endsTask);
    if (isCertain) toListeners();
  }

  /** Calls when listeners to the execution have all events: as a rule at once. */
  afterDelivery(call: () => void): void {
    this.#deferred.after(call);
  }

  /**
   * Says that nothing more comes.
   *
   * @param onRefused Called where Redis refuses that for good, so that others are to say it.
   */
  end(onAccepted: () => void, onRefused: (error: A2ARedisError) => void): void {
    this.#counter += 1;
    this.#outbox.push(this.#counter, END_OF_EVENTS, (outcome, cause) => {
      if (outcome === 'accepted') onAccepted();
      else if (outcome === 'lost' && isRefusal(cause)) onRefused(cause);
    });
  }

  /** Resolves when all that was published so far is with Redis, or was given up. */
  async sent(): Promise<void> {
    await this.#outbox.sent();
  }

  /** Resolves when all is with Redis, or was given up: also what is published meanwhile. */
  async drained(): Promise<void> {
    await this.#outbox.drained();
  }

  /** Gives up what is not with Redis yet, and sends nothing more. */
  stop(): void {
    this.#outbox.stop();
    this.#stored.stop();
  }

  /** Waits until the stored task holds all. Whether it does: not, where that cannot be for long. */
  async stored(): Promise<boolean> {
    const { eventStore, limits } = this.#services;
    if (eventStore !== undefined) return !this.hasLost;
    return this.#stored.stored(limits.publishDeadlineMs);
  }

  /** Where requests store what they hear: stores now what they have not stored. */
  async flush(): Promise<void> {
    await this.#stored.flush();
  }

  #accept(counter: number, event: AgentExecutionEvent, body: string): void {
    this.#acceptedCounter = counter;
    this.#acceptedAt = this.#services.runtime.now();
    // An executor may publish events of another task.
    const isOwn = taskIdOf(event) === this.#task.taskId;
    if (isOwn && statusOf(event) !== undefined) this.#acceptedStatus = body;
  }

  /** An event with nothing left out, and as text; `undefined` where it cannot be read, or not be written. */
  #encode(
    published: AgentExecutionEvent,
  ): { readonly event: AgentExecutionEvent; readonly body: string } | undefined {
    try {
      const event = wholeEvent(published);
      return { event, body: encodeWholeEvent(event) };
    } catch (cause) {
      const message = `An event of task ${JSON.stringify(this.#task.taskId)} cannot be written as JSON: only requests that execute the task here get it.`;
      this.#services.onError(new A2ARedisError('INVALID_ARGUMENT', message, { cause }));
      return undefined;
    }
  }
}
