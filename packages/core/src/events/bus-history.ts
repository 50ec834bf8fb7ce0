import { setTimeout as sleep } from 'node:timers/promises';

import { A2ARedisError } from '../errors.ts';
import type { AppliedEvents } from '../marks/applied-events.ts';
import type { BusServices } from './bus-services.ts';
import type { EventPublisher } from './event-publisher.ts';
import { END_OF_EVENTS } from './event-transport.ts';
import { type MarkedEvent, readEvent } from './marked-event.ts';
import type { TaskAddress } from './queue-keys.ts';

/** How long a run that seems not to be there is given to appear, in milliseconds. */
const SECOND_LOOK_MS = 200;

/** What was published and is not in the stored task. */
export interface Backlog {
  readonly events: readonly MarkedEvent[];
  /** Whether no events come after these. */
  readonly isEnded: boolean;
}

/** Where a task stood when it was known that nothing more can be missed. */
export interface TaskStanding {
  /** Whether no more events come. */
  readonly isEnded: boolean;
  /** How many events of each publisher there were. */
  readonly counters: ReadonlyMap<string, number>;
}

/** What a bus knows of itself. */
export interface BusState {
  /** What this process publishes of the task at present. */
  readonly publisher: () => EventPublisher;
  /** Whether events of this process may be to come. */
  readonly mayGoOn: () => boolean;
  /** Follows the task; resolves when nothing that is published afterwards can be missed. */
  readonly following: () => Promise<void>;
}

/** What was published of a task before somebody joined its bus. */
export class BusHistory {
  readonly #task: TaskAddress;
  readonly #services: BusServices;
  readonly #state: BusState;

  constructor(task: TaskAddress, services: BusServices, state: BusState) {
    this.#task = task;
    this.#services = services;
    this.#state = state;
  }

  /**
   * What was published and a stored task does not hold. Together with what a guest heard since it was
   * welcomed, which must be before this call, it is complete.
   *
   * @throws {A2ARedisError} `EVENTS_LOST` where some of it is no longer stored, or cannot be read.
   */
  async backlog(applied: AppliedEvents | undefined): Promise<Backlog> {
    const waiting = this.#state.publisher().waiting();
    await this.#state.following();
    // In this order: once the task has ended, all of its events are stored.
    const isEnded = await this.#hasEnded();
    const stored =
      applied === undefined ? [] : await this.#services.transport.stored(this.#task, applied);
    if (stored === undefined) throw this.#lost();
    const events: MarkedEvent[] = [];
    for (const each of [...stored, ...(applied === undefined ? [] : waiting)]) {
      if (each.body === END_OF_EVENTS) continue;
      events.push(readEvent(this.#task, each, this.#services));
    }
    return { events, isEnded };
  }

  /** Where the task stands, once nothing that is published after this call can be missed. */
  async standing(): Promise<TaskStanding> {
    const { run, counter: own } = this.#state.publisher();
    await this.#state.following();
    const isEnded = await this.#hasEnded();
    const { counters } = await this.#services.runs.state(this.#task);
    const isFirst = own === 0 && !counters.has(run);
    return { isEnded, counters: isFirst ? counters : new Map([...counters, [run, own]]) };
  }

  async #hasEnded(): Promise<boolean> {
    if (this.#state.mayGoOn()) return false;
    let { phase } = await this.#services.runs.state(this.#task);
    if (phase === 'none') {
      // Its first event may have come here ahead of the note that it runs.
      await sleep(SECOND_LOOK_MS, undefined, { ref: false });
      ({ phase } = await this.#services.runs.state(this.#task));
    }
    return !this.#state.mayGoOn() && (phase === 'ended' || phase === 'none');
  }

  #lost(): A2ARedisError {
    return new A2ARedisError(
      'EVENTS_LOST',
      `Events of task ${JSON.stringify(this.#task.taskId)} that its snapshot lacks are no longer stored. Subscribe again for a fresh one.`,
    );
  }
}
