import { Message } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent, type ServerCallContext } from '@a2a-js/sdk/server';

import type { AppliedEvents } from '../marks/applied-events.ts';
import { type EventMark, markText } from '../marks/event-mark.ts';
import type { BusServices } from './bus-services.ts';
import { ListeningBus } from './listening-bus.ts';
import type { BusGuest, MarkedEvent, TaskBus } from './task-bus.ts';

/**
 * The bus of a task for one who comes later, with a snapshot of the task: its listeners get exactly
 * the events that the snapshot does not hold, and then every later one.
 *
 * The request handler attaches its listener and loads the task in one turn of the event loop. What
 * the snapshot holds is asked in that turn, too, so that one reply answers both.
 */
export class JoinedBus extends ListeningBus {
  readonly bus: TaskBus;
  readonly #services: BusServices;
  readonly #context: ServerCallContext;
  readonly #guest: BusGuest = {
    onEvent: (event) => {
      this.#onEvent(event);
    },
    onLoss: (error) => {
      this.#fail(error);
    },
    onFinished: () => {
      this.#onFinished();
    },
  };
  /** What came in while the backlog is read; absent before and after. */
  #held: MarkedEvent[] | undefined;
  #isWelcome = false;
  #isFinished = false;
  #isClosed = false;

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
    const applied = this.#services.marks?.appliedEvents(this.bus.task.taskId, this.#context);
    this.bus.welcome(this.#guest);
    void this.#join(applied ?? Promise.resolve(undefined));
  }

  protected override listenersRemoved(): void {
    if (this.listenerCount > 0 || !this.#isWelcome) return;
    this.#isWelcome = false;
    this.#held = undefined;
    this.bus.dismiss(this.#guest);
  }

  async #join(whatIsApplied: Promise<AppliedEvents | undefined>): Promise<void> {
    try {
      const applied = await whatIsApplied;
      const { events, isEnded } = await this.bus.backlog(applied);
      const held = this.#held;
      if (held === undefined) return;
      this.#held = undefined;
      const seen = new Set<string>();
      for (const { mark, event } of [...events, ...held]) {
        if (applied?.has(mark) === true || !isNew(seen, mark)) continue;
        this.emit(event);
      }
      if (isEnded || this.#isFinished) this.#finish();
    } catch (error) {
      if (this.#held === undefined) return;
      this.#fail(error);
    }
  }

  #onEvent(event: MarkedEvent): void {
    if (this.#held === undefined) this.emit(event.event);
    else this.#held.push(event);
  }

  #onFinished(): void {
    this.#isFinished = true;
    if (this.#held === undefined) this.#finish();
  }

  /** The listeners cannot be told of a failure: they get an event that fails when it is looked at. */
  #fail(error: unknown): void {
    this.#held = undefined;
    this.#services.onError(error);
    this.emit(failingEvent(error));
    this.#finish();
  }

  #finish(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.emitFinished();
    this.bus.dismiss(this.#guest);
  }
}

function isNew(seen: Set<string>, mark: EventMark): boolean {
  const text = markText(mark);
  if (seen.has(text)) return false;
  seen.add(text);
  return true;
}

/** An event that throws when its kind is read, in whoever processes it. */
function failingEvent(error: unknown): AgentExecutionEvent {
  return Object.defineProperty(AgentEvent.message(Message.fromJSON({})), 'kind', {
    get: (): never => {
      throw error;
    },
  });
}
