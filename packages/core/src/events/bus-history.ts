import { A2ARedisError } from '../errors.ts';
import type { AppliedEvents } from '../marks/applied-events.ts';
import { sleep } from '../runtime/sleep.ts';
import type { BusServices } from './bus-services.ts';
import { END_OF_EVENTS } from './event-transport.ts';
import { type MarkedEvent, readEvent } from './marked-event.ts';
import type { TaskAddress } from './queue-keys.ts';
import type { RunState } from './task-runs.ts';

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
  /** Whether events of this process may be to come. */
  readonly mayGoOn: () => boolean;
  /** Follows the task; resolves when nothing that is published afterwards can be missed. */
  readonly following: () => Promise<void>;
}

/** What was published of a task before somebody joined its bus. */
export class BusHistory {
  readonly #task: TaskAddress;
  readonly #services: BusServices;
  readonly #bus: BusState;

  constructor(task: TaskAddress, services: BusServices, bus: BusState) {
    this.#task = task;
    this.#services = services;
    this.#bus = bus;
  }

  /**
   * What was published and a stored task does not hold. Together with what a guest heard since it was
   * welcomed, which must be before this call, it is complete.
   *
   * @throws {A2ARedisError} `EVENTS_LOST` where some of it is no longer stored, or cannot be read.
   */
  async backlog(applied: AppliedEvents | undefined): Promise<Backlog> {
    await this.#bus.following();
    // In this order: once the task has ended, all of its events are stored.
    const { isEnded, counters } = await this.#look();
    if (applied === undefined) return { events: [], isEnded };
    const stored = await this.#services.transport.stored(this.#task, applied, counters);
    if (stored === undefined) throw this.#lost();
    const events = stored
      .filter(({ body }) => body !== END_OF_EVENTS)
      .map((each) => readEvent(this.#task, each, this.#services));
    return { events, isEnded };
  }

  /**
   * Where the task stands, once nothing that is published after this call can be missed. What this process
   * publishes itself, a guest hears when it is accepted: from the task's state on.
   */
  async standing(): Promise<TaskStanding> {
    await this.#bus.following();
    return this.#look();
  }

  async #look(): Promise<TaskStanding> {
    let state = await this.#services.runs.state(this.#task);
    if (state.phase === 'none' && !this.#bus.mayGoOn()) {
      // Its first event may have come here ahead of the note that it runs.
      await sleep(this.#services.runtime, SECOND_LOOK_MS, { ref: false });
      state = await this.#services.runs.state(this.#task);
    }
    return { isEnded: !this.#bus.mayGoOn() && isOver(state), counters: state.counters };
  }

  #lost(): A2ARedisError {
    return new A2ARedisError(
      'EVENTS_LOST',
      `Events of task ${JSON.stringify(this.#task.taskId)} that its snapshot lacks are no longer stored. Subscribe again for a fresh one.`,
    );
  }
}

function isOver({ phase }: RunState): boolean {
  return phase === 'ended' || phase === 'none';
}
