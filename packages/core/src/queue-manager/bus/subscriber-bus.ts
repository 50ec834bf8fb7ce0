import type { Task } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent, type ServerCallContext } from '@a2a-js/sdk/server';

import { A2ARedisError } from '../../shared/errors.ts';
import { AppliedEvents } from '../../event-ids/applied-events.ts';
import type { EventId, IdentifiedEvent } from '../../event-ids/event-id.ts';
import { whenLoadedAtOnce } from '../../event-ids/loaded-at-once.ts';
import { isTerminal } from '../../shared/state-kinds.ts';
import type { BusNews } from './bus-subscribers.ts';
import type { BusServices } from '../execution/bus-services.ts';
import type { HeardEvent } from '../execution/event-publisher.ts';
import { statusOf } from '../events/end-status.ts';
import { failingEvent } from '../events/failing-event.ts';
import { eventsSkipped } from '../events/queue-errors.ts';
import { readEvent } from '../events/identified-event.ts';
import type { EventName } from './listeners.ts';
import { ListeningBus } from './listening-bus.ts';
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

/** It is found out what comes before what comes in. */
interface Joining {
  readonly phase: 'joining';
  /** What came in. */
  readonly held: IdentifiedEvent[];
  /** What was lost since it was looked what the task holds; absent where nothing was. */
  missed: { readonly error: unknown } | undefined;
  /** Whether it is known that what came in follows events that are not there: once, they are looked for. */
  hasSkipped: boolean;
  /** Whether nothing more comes in. */
  isFinished: boolean;
}

/**
 * Where the bus stands:
 *
 * - `idle`: nobody listens.
 * - `joining`: see {@link Joining}.
 * - `following`: listeners get what comes in.
 * - `ending`: the store is asked for the task's end.
 * - `closed`: nothing more comes.
 *
 * ```text
 *         listener            begun               finished              told
 *   idle ──────────▶ joining ───────▶ following ──────────▶ ending ──────────▶ closed
 *    ▲                 ▲ │               │ missed              ▲
 *    │                 └─┼───────────────┘                     │   any but idle ── lost, closed ──▶ closed
 *    │                   └──────── it cannot be found out ─────┘
 *    └── no listener left, in any phase but the last
 * ```
 */
type State = { readonly phase: 'idle' | 'following' | 'ending' | 'closed' } | Joining;

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
  #state: State = { phase: 'idle' };
  /** What the listeners' owner has; absent where that cannot be known. */
  #applied: AppliedEvents | undefined;
  /**
   * Who the listeners' owner is: a subscriber hands on what it hears as it is, and loads the task as it begins to
   * listen. A request to cancel, and anybody else, may save it.
   */
  #owner: 'subscriber' | 'canceling' | 'unknown' = 'unknown';
  /** Whether the listeners know that the task has come to its end. */
  #knowEnd = false;

  constructor(bus: TaskBus, services: BusServices, context: ServerCallContext) {
    super(services.onError);
    this.listenAs(context);
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

  /** The listeners' owner asks to cancel the task. */
  canceling(): void {
    this.#owner = 'canceling';
  }

  protected override listenerAdded(name: EventName): void {
    if (name !== 'event' || this.#state.phase !== 'idle') return;
    const { taskId } = this.bus.task;
    const applied = this.#services.trackingStore?.appliedEvents(taskId, this.#context);
    whenLoadedAtOnce(taskId, this.#context, () => {
      if (this.#owner === 'unknown') this.#owner = 'subscriber';
    });
    this.#knowEnd = false;
    this.bus.welcome(this.#onNews);
    this.#startJoining(applied);
  }

  protected override listenersRemoved(): void {
    const { phase } = this.#state;
    if (this.listeners.count > 0 || phase === 'idle' || phase === 'closed') return;
    this.#state = { phase: 'idle' };
    this.bus.dismiss(this.#onNews);
  }

  readonly #onNews = (news: BusNews): void => {
    switch (news.kind) {
      case 'event':
        this.#onEvent(news.event);
        break;
      case 'missed':
        this.#makeUp(news.error);
        break;
      case 'finished':
        this.#onFinished();
        break;
      case 'lost':
      case 'closed':
      default:
        this.#close(news.error);
    }
  };

  #onEvent(event: IdentifiedEvent): void {
    const state = this.#state;
    if (state.phase === 'following') {
      if (this.#applied === undefined || follows(event.eventId, this.#applied)) {
        this.#take(event);
        return;
      }
      this.#hold(event, this.#startJoining(this.#applied, true));
    } else if (state.phase === 'joining') {
      this.#hold(event, state);
    }
  }

  #hold(event: IdentifiedEvent, { held }: Joining): void {
    if (held.length < this.#services.limits.maxPendingEvents) {
      held.push(event);
      return;
    }
    const error = this.#tooMany();
    this.#services.onError(error);
    this.#close(error);
  }

  /** What the task holds takes the place of events that did not come. */
  #makeUp(error: unknown): void {
    if (this.#state.phase === 'joining') {
      this.#state.missed = { error };
    } else if (this.#applied === undefined) {
      void this.#end(error);
    } else if (this.#state.phase === 'following') {
      this.#startJoining(this.#applied);
    }
  }

  #onFinished(): void {
    if (this.#state.phase === 'joining') this.#state.isFinished = true;
    else if (this.#state.phase === 'following') void this.#end();
  }

  /** @param applied What the listeners' owner has, or is about to have. */
  #startJoining(
    applied: AppliedEvents | Promise<AppliedEvents | undefined> | undefined,
    hasSkipped = false,
  ): Joining {
    const joining: Joining = {
      phase: 'joining',
      held: [],
      missed: undefined,
      hasSkipped,
      isFinished: false,
    };
    this.#state = joining;
    void this.#join(joining, this.#begin(joining, applied));
    return joining;
  }

  async #join(joining: Joining, beginning: Promise<Beginning>): Promise<void> {
    try {
      let begun = await beginning;
      this.#lookForSkipped(joining, begun);
      while (joining.missed !== undefined && this.#state === joining) {
        const { task, applied } = begun;
        // Where it cannot be told what a snapshot holds, none can take the place of what was lost.
        if (applied === undefined) throw joining.missed.error;
        joining.missed = undefined;
        begun = await this.#begin(joining, applied);
        begun = { ...begun, task: begun.task ?? task };
      }
      if (this.#state === joining) this.#follow(joining, begun);
    } catch (error) {
      if (this.#state !== joining) return;
      this.#services.onError(error);
      void this.#end(error);
    }
  }

  /** After a failover, what follows may have been heard, and what comes before it be known to nobody but its publisher. */
  #lookForSkipped(joining: Joining, { events, applied }: Beginning): void {
    if (applied === undefined || joining.hasSkipped) return;
    joining.hasSkipped = skips([...events, ...joining.held], applied);
    if (joining.hasSkipped) joining.missed ??= { error: eventsSkipped(this.bus.task.taskId) };
  }

  #follow({ held, isFinished }: Joining, { task, events, applied, isEnded }: Beginning): void {
    this.#state = { phase: 'following' };
    this.#applied = applied;
    if (task !== undefined) {
      // As one of those that the store holds, so that it does not apply it once more.
      const eventId = applied && someOf(applied);
      this.#give({ event: AgentEvent.task(task), ...(eventId && { eventId }) });
    }
    // They come in once more, now or later: the log is ahead of what came in.
    for (const event of events) this.#take(event);
    for (const event of held) this.#take(event);
    // What the task holds at its end is all.
    if (isEnded || isFinished || isTerminal(task?.status)) this.#onFinished();
  }

  /** @param whatIsApplied What the listeners' owner has, or is about to have. */
  async #begin(
    joining: Joining,
    whatIsApplied: AppliedEvents | Promise<AppliedEvents | undefined> | undefined,
  ): Promise<Beginning> {
    const [known, standing] = await Promise.all([whatIsApplied, this.bus.standing(whatIsApplied)]);
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
      held: () => (this.#state === joining ? joining.held : undefined),
      store: trackingStore,
      isStoredAsSent: eventStore !== undefined,
      runtime,
    });
    const events = lacking.events.map((each) => readEvent(task, each, this.#services));
    return { task: lacking.task, events, applied: known.union(lacking.applied), isEnded };
  }

  /** What the listeners' owner has may come in later. */
  #take({ eventId, event }: IdentifiedEvent): void {
    if (this.#applied?.has(eventId) === true) return;
    this.#applied = this.#applied?.with(eventId);
    this.#give({ event, eventId });
  }

  #give({ event, eventId }: HeardEvent): void {
    this.#knowEnd ||= isTerminal(statusOf(event));
    const { trackingStore, webhooks } = this.#services;
    const isTold = this.#owner === 'canceling' && webhooks.isDistributed;
    if (trackingStore === undefined && isTold && eventId !== undefined) {
      this.listeners.emitAsItIs(event, eventId);
    } else {
      const maySave = this.#owner !== 'subscriber' && trackingStore !== undefined;
      this.listeners.emit(event, maySave ? eventId : undefined);
    }
  }

  /**
   * Ends the listeners: with the task's end, if the store has it and they do not, and with what came before
   * that; otherwise with the error, if there is one, or why the store cannot tell.
   */
  async #end(error?: unknown): Promise<void> {
    if (this.#state.phase !== 'joining' && this.#state.phase !== 'following') return;
    if (this.#knowEnd) {
      this.#close(error);
      return;
    }
    const ending: State = { phase: 'ending' };
    this.#state = ending;
    let reason = error;
    try {
      const last = await this.#storedEnd(error !== undefined);
      if (last !== undefined && this.#state === ending) this.#give(last);
    } catch (thrown) {
      this.#services.onError(thrown);
      reason ??= thrown;
    }
    if (this.#state === ending) this.#close(reason);
  }

  #storedEnd(hasLost: boolean): Promise<HeardEvent | undefined> {
    // Where something was lost and it is not known what they have, they are taken to have nothing.
    const known = this.#applied ?? (hasLost ? AppliedEvents.NONE : undefined);
    return storedEnd(this.bus.task, this.#services, known);
  }

  /** Ends the listeners; with the error, if there is one, where they do not know of the task's end. */
  #close(error: unknown): void {
    if (this.#state.phase === 'idle' || this.#state.phase === 'closed') return;
    this.#state = { phase: 'closed' };
    if (error !== undefined && !this.#knowEnd) this.listeners.emit(failingEvent(error));
    this.listeners.emitFinished();
    this.bus.dismiss(this.#onNews);
  }

  #tooMany(): A2ARedisError {
    return new A2ARedisError(
      'EVENTS_LOST',
      `More than ${this.#services.limits.maxPendingEvents} events of task ${JSON.stringify(this.bus.task.taskId)} came in before its snapshot. Subscribe again.`,
    );
  }
}

/** Whether some of these events follow others that are not known. */
function skips(events: readonly IdentifiedEvent[], applied: AppliedEvents): boolean {
  let known = applied;
  for (const { eventId } of events) {
    if (!follows(eventId, known)) return true;
    known = known.with(eventId);
  }
  return false;
}

/** Whether the event before this one is known, or this one is. */
function follows({ publisher, counter }: EventId, known: AppliedEvents): boolean {
  if (counter === 1 || known.has({ publisher, counter: counter - 1 })) return true;
  return known.has({ publisher, counter });
}
