import type { Task } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent, type ServerCallContext } from '@a2a-js/sdk/server';

import { A2ARedisError } from '../../shared/errors.ts';
import { contextOfScope } from '../../shared/scope.ts';
import { AppliedEvents } from '../../event-ids/applied-events.ts';
import { withEventId } from '../../event-ids/event-id.ts';
import { isTerminal } from '../../shared/state-kinds.ts';
import type { BusSubscriber } from './bus-subscribers.ts';
import type { BusServices } from '../execution/bus-services.ts';
import { statusOf } from '../events/end-status.ts';
import type { TaskStanding } from '../events/event-transport.ts';
import { failingEvent } from '../events/failing-event.ts';
import { readEvent } from '../events/identified-event.ts';
import { ListeningBus } from './listening-bus.ts';
import type { IdentifiedEvent } from '../../event-ids/event-id.ts';
import { someOf, storedEnd } from './stored-end.ts';
import type { TaskBus } from './task-bus.ts';

/** What listeners get ahead of what came in since they joined. */
interface Beginning {
  /** The task, where it holds more than the snapshot that the listeners' owner has. */
  readonly task: Task | undefined;
  readonly events: readonly IdentifiedEvent[];
  /** What the listeners' owner has, the task among it. */
  readonly applied: AppliedEvents | undefined;
  readonly isEnded: boolean;
}

/**
 * The bus of a task for one who comes later, with a snapshot of the task: its listeners get exactly
 * the events that the snapshot does not hold, and then every later one. Where events are not kept,
 * a fresh snapshot comes in place of those that were missed.
 *
 * The request handler attaches its listener and loads the task in one turn of the event loop. What
 * the snapshot holds is asked in that turn, too, so that one reply answers both.
 */
export class SubscriberBus extends ListeningBus {
  readonly bus: TaskBus;
  readonly #services: BusServices;
  readonly #context: ServerCallContext;
  readonly #subscriber: BusSubscriber = {
    onEvent: (event) => {
      this.#onEvent(event);
    },
    onMissed: (error) => {
      // What is kept can be had by who subscribes again.
      if (this.#services.transport.keepsEvents) this.#endNow(error);
      else this.#makeUp(error);
    },
    onLoss: (error) => {
      if (this.#services.transport.keepsEvents) this.#endNow(error);
      else void this.#end(error);
    },
    onFinished: () => {
      this.#onFinished();
    },
    onClosed: (error) => {
      this.#endNow(error);
    },
  };
  /** What came in while it is found out what comes before it; absent otherwise. */
  #held: IdentifiedEvent[] | undefined;
  /** What the listeners' owner has; absent where that cannot be known. */
  #applied: AppliedEvents | undefined;
  /** What was lost since it was looked what the task holds; absent where nothing was. */
  #missed: { readonly error: unknown } | undefined;
  #isWelcome = false;
  #isFinished = false;
  #isEnding = false;
  #isClosed = false;
  /** Whether the listeners know that the task has come to its end. */
  #knowEnd = false;

  constructor(bus: TaskBus, services: BusServices, context: ServerCallContext) {
    super(services.onError);
    this.bus = bus;
    this.#services = services;
    this.#context = context;
  }

  publish(event: AgentExecutionEvent): void {
    this.bus.publish(event);
  }

  finished(): void {
    this.bus.finished();
  }

  protected override listenerAdded(name: 'event' | 'finished'): void {
    if (name !== 'event' || this.#isWelcome || this.#isClosed) return;
    this.#isWelcome = true;
    this.#held = [];
    const applied =
      this.#services.trackingStore?.appliedEvents(this.bus.task.taskId, this.#context) ??
      Promise.resolve(undefined);
    this.bus.welcome(this.#subscriber);
    void this.#join(this.#begin(applied, this.bus.history.standing()));
  }

  protected override listenersRemoved(): void {
    if (this.listenerCount > 0 || !this.#isWelcome) return;
    this.#isWelcome = false;
    this.#held = undefined;
    this.bus.dismiss(this.#subscriber);
  }

  async #join(beginning: Promise<Beginning>): Promise<void> {
    try {
      let begun = await beginning;
      while (this.#missed !== undefined) {
        const { task, applied } = begun;
        begun = await this.#lookAgain(applied, this.#missed.error);
        begun = { ...begun, task: begun.task ?? task };
      }
      const { task, events, applied, isEnded } = begun;
      const held = this.#held;
      if (held === undefined || this.#isEnding) return;
      this.#held = undefined;
      this.#applied = applied;
      if (task !== undefined) this.#give(AgentEvent.task(task), applied);
      // They come in once more, now or later: the log is ahead of what came in.
      for (const event of events) this.#take(event);
      for (const event of held) this.#take(event);
      // What the task holds at its end is all.
      if (isEnded || this.#isFinished || isTerminal(task?.status)) this.#onFinished();
    } catch (error) {
      if (this.#held === undefined || this.#isEnding) return;
      this.#services.onError(error);
      void this.#end(error);
    }
  }

  /** What the task holds takes the place of events that did not come. */
  #makeUp(error: unknown): void {
    if (this.#isEnding || this.#isClosed || !this.#isWelcome) return;
    if (this.#held !== undefined) {
      this.#missed = { error };
    } else if (this.#applied === undefined) {
      void this.#end(error);
    } else {
      this.#held = [];
      void this.#join(this.#lookAgain(this.#applied, error));
    }
  }

  async #lookAgain(applied: AppliedEvents | undefined, error: unknown): Promise<Beginning> {
    this.#missed = undefined;
    // It cannot be told what a snapshot holds.
    if (applied === undefined) throw error;
    return this.#begin(Promise.resolve(applied), this.bus.history.standing());
  }

  async #begin(
    whatIsApplied: Promise<AppliedEvents | undefined>,
    whereItStands: Promise<TaskStanding>,
  ): Promise<Beginning> {
    const [known, standing] = await Promise.all([whatIsApplied, whereItStands]);
    const { isEnded } = standing;
    const { transport, trackingStore, eventStore, runtime } = this.#services;
    const { task } = this.bus;
    // Without event ids it cannot be told what a snapshot holds.
    if (known === undefined || trackingStore === undefined) {
      return { task: undefined, events: [], applied: known, isEnded };
    }
    const lacking = await transport.lacking({
      task,
      applied: known,
      standing,
      held: () => (this.#isEnding ? undefined : this.#held),
      store: trackingStore,
      isStoredAsSent: eventStore !== undefined,
      runtime,
    });
    const events = lacking.events.map((each) => readEvent(task, each, this.#services));
    return { task: lacking.task, events, applied: known.union(lacking.applied), isEnded };
  }

  /** The caller's own may be that of a request that executes the task, which sees one step after the other. */
  #ownContext(): ServerCallContext {
    return contextOfScope(this.bus.task.scope);
  }

  #onEvent(event: IdentifiedEvent): void {
    if (this.#isEnding) return;
    if (this.#held === undefined) {
      this.#take(event);
    } else if (this.#held.length < this.#services.limits.maxPendingEvents) {
      this.#held.push(event);
    } else {
      const error = this.#tooMany();
      this.#services.onError(error);
      this.#endNow(error);
    }
  }

  #onFinished(): void {
    this.#isFinished = true;
    if (this.#held !== undefined || this.#isEnding) return;
    if (this.#knowEnd) this.#finish();
    else void this.#end();
  }

  /** What the listeners' owner has may come in later. */
  #take({ eventId, event }: IdentifiedEvent): void {
    if (this.#applied?.has(eventId) === true) return;
    this.#applied = this.#applied?.with(eventId);
    this.#give(event);
  }

  /** @param applied Marks an event as one of these, so that no store applies it once more. */
  #give(event: AgentExecutionEvent, applied?: AppliedEvents): void {
    this.#knowEnd ||= isTerminal(statusOf(event));
    const eventId = applied === undefined ? undefined : someOf(applied);
    this.emit(eventId === undefined ? event : withEventId(event, eventId));
  }

  /**
   * Ends the listeners: with the task's end, if the store has it and they do not, and with what came before
   * that; otherwise with the error, if there is one, or why the store cannot tell.
   */
  async #end(error?: unknown): Promise<void> {
    if (this.#isEnding || this.#isClosed) return;
    this.#isEnding = true;
    let reason = error;
    try {
      const last = this.#knowEnd ? undefined : await this.#storedEnd(error !== undefined);
      if (last !== undefined && !this.#isClosed) this.#give(last);
    } catch (thrown) {
      this.#services.onError(thrown);
      reason ??= thrown;
    }
    this.#endNow(reason);
  }

  #storedEnd(hasLost: boolean): Promise<AgentExecutionEvent | undefined> {
    // Where something was lost and it is not known what they have, they are taken to have nothing.
    const known = this.#applied ?? (hasLost ? AppliedEvents.NONE : undefined);
    return storedEnd(this.bus.task, this.#services, this.#ownContext(), known);
  }

  /** Ends the listeners; with the error, if there is one, where they do not know of the task's end. */
  #endNow(error: unknown): void {
    this.#isEnding = true;
    this.#held = undefined;
    if (!this.#isWelcome || this.#isClosed) return;
    if (error !== undefined && !this.#knowEnd) this.emit(failingEvent(error));
    this.#finish();
  }

  #finish(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.emitFinished();
    this.bus.dismiss(this.#subscriber);
  }

  #tooMany(): A2ARedisError {
    return new A2ARedisError(
      'EVENTS_LOST',
      `More than ${this.#services.limits.maxPendingEvents} events of task ${JSON.stringify(this.bus.task.taskId)} came in before its snapshot. Subscribe again.`,
    );
  }
}
