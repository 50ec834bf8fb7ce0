import type { TaskStatus } from '@a2a-js/sdk';
import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

import { A2ARedisError } from '../../shared/errors.ts';
import { isInterrupted, isTerminal } from '../../shared/state-kinds.ts';
import type { BusServices } from './bus-services.ts';
import { statusOf } from '../events/end-status.ts';
import { decodeEvent, encodeEvent } from '../events/event-codec.ts';
import { EventSender, type ExecutingRequest } from './event-sender.ts';
import { END_OF_EVENTS, type EventBatch, type SendOutcome } from '../events/event-transport.ts';
import type { IdentifiedEvent } from '../../event-ids/event-id.ts';
import { identifiedEvent } from '../events/identified-event.ts';
import { eventsGivenUp } from '../events/queue-errors.ts';
import { OrderedCalls } from './ordered-calls.ts';
import { type EventOutcome, Outbox, type OutboxEvents } from './outbox.ts';
import type { EndedRun } from './own-runs.ts';
import type { TaskAddress } from '../state/queue-keys.ts';
import { StoredEvents } from './stored-events.ts';

/** Who listens here. */
export interface Audience {
  /** Those who listen to the execution. */
  readonly own: { readonly deliver: (event: IdentifiedEvent) => void };
  readonly subscribers: {
    readonly deliver: (event: IdentifiedEvent) => void;
    /** An event was given up: the task lacks it, too. */
    readonly lose: (error: unknown) => void;
  };
}

/** What one run of a task publishes: counted, identified, handed to the listeners here, and sent. */
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
  readonly #forOwn = new OrderedCalls();
  /** What subscribers here get, once others can. */
  readonly #forSubscribers = new OrderedCalls();
  /** Settles what subscribers here wait for, by counter. */
  readonly #untold = new Map<number, (isTold: boolean) => void>();
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
    const parts = { runtime, send, task, publisher: run, limits };
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
    return !this.#forOwn.isEmpty;
  }

  /**
   * Publishes an event. Listeners to the execution have it at once, unless this process was silent for so
   * long that others may have ended the task; subscribers have it when others can.
   */
  publish(event: AgentExecutionEvent, { own, subscribers }: Audience): void {
    const body = this.#encode(event);
    this.#status = statusOf(event) ?? this.#status;
    this.#hasPublishedEnd ||= isTerminal(this.#status);
    this.#counter += 1;
    const eventId = { publisher: this.run, counter: this.#counter };
    const identified = identifiedEvent(event, eventId, this.#services);
    const toOwn = (): void => {
      own.deliver(identified);
    };
    let isLost = false;
    const toSubscribers = (): void => {
      if (isLost) subscribers.lose(eventsGivenUp(this.#task.taskId));
      else subscribers.deliver(identified);
    };
    if (body === undefined) {
      this.#forOwn.after(toOwn);
      this.#forSubscribers.after(toSubscribers);
      return;
    }
    const isCertain = this.#services.lease.isCertain && this.#forOwn.isEmpty;
    const settle = this.#sender.expect(identified);
    const settleOwn = isCertain ? undefined : this.#forOwn.add(toOwn);
    this.#untold.set(eventId.counter, this.#forSubscribers.add(toSubscribers));
    const onSettled = (outcome: EventOutcome): void => {
      if (outcome === 'accepted') this.#accept(eventId.counter, event, body);
      // Requests here store also what others do not get.
      if (outcome === 'accepted' || outcome === 'lost') this.#stored.accept(identified);
      settle(outcome, settleOwn === undefined ? 'heard' : 'unheard');
      // Where requests store what they hear, those here get all the same what was given up.
      isLost = outcome === 'lost' && this.#services.eventStore !== undefined;
      // Only where the run was ended, nobody is told.
      const isTold = outcome === 'accepted' || outcome === 'lost';
      settleOwn?.(isTold);
      this.#settleTelling(eventId.counter, isTold);
    };
    this.#outbox.push(eventId.counter, body, onSettled, isTerminal(statusOf(event)));
    if (isCertain) toOwn();
  }

  /**
   * Others have got an event of this run, and with it all before that were not given up. Subscribers here are
   * told now: what others publish after it may come ahead of the reply, or the reply be lost.
   */
  cameBack(counter: number): void {
    // In their order: each is made before the next is settled.
    for (const untold of this.#untold.keys()) {
      if (untold <= counter) this.#settleTelling(untold, true);
    }
  }

  /** Calls when listeners to the execution have all events: as a rule at once. */
  afterDelivery(call: () => void): void {
    this.#forOwn.after(call);
  }

  /** Says that nothing more comes. */
  end(onAccepted: () => void): void {
    this.#counter += 1;
    this.#outbox.push(this.#counter, END_OF_EVENTS, (outcome) => {
      if (outcome !== 'accepted') return;
      this.#acceptedAt = this.#services.runtime.now();
      onAccepted();
    });
  }

  /** Resolves when all that was published so far is with Redis, or was given up. */
  async sent(): Promise<void> {
    return new Promise((resolve) => {
      this.#forSubscribers.after(resolve);
    });
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
    if (statusOf(event) !== undefined) this.#acceptedStatus = body;
  }

  /** What came first holds: that others have it, or what its sender was told. */
  #settleTelling(counter: number, isTold: boolean): void {
    const settle = this.#untold.get(counter);
    this.#untold.delete(counter);
    settle?.(isTold);
  }

  #encode(event: AgentExecutionEvent): string | undefined {
    try {
      return encodeEvent(event);
    } catch (cause) {
      const message = `An event of task ${JSON.stringify(this.#task.taskId)} cannot be written as JSON: only listeners in this process get it.`;
      this.#services.onError(new A2ARedisError('INVALID_ARGUMENT', message, { cause }));
      return undefined;
    }
  }
}
