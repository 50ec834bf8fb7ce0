import { A2ARedisError } from '../../shared/errors.ts';
import type { AppliedEvents } from '../../event-ids/applied-events.ts';
import { sleep } from '../../runtime/sleep.ts';
import type { BusServices } from '../execution/bus-services.ts';
import { END_OF_EVENTS } from '../events/event-transport.ts';
import type { IdentifiedEvent } from '../../event-ids/event-id.ts';
import { readEvent } from '../events/identified-event.ts';
import type { TaskAddress } from '../state/queue-keys.ts';
import type { RedisTaskState } from '../state/task-state.ts';

/** How long a run that seems not to be there is given to appear, in milliseconds. */
const SECOND_LOOK_MS = 200;

/** What was published and is not in the stored task. */
export interface Backlog {
  readonly events: readonly IdentifiedEvent[];
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
   * What was published and a stored task does not hold. Together with what a subscriber heard since it was
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
   * publishes itself, a subscriber hears when it is accepted: from the task's state on.
   */
  async standing(): Promise<TaskStanding> {
    await this.#bus.following();
    return this.#look();
  }

  async #look(): Promise<TaskStanding> {
    let state = await this.#services.states.state(this.#task);
    if (state.phase === 'none' && !this.#bus.mayGoOn()) {
      // Its first event may have come here ahead of the note that it runs.
      await sleep(this.#services.runtime, SECOND_LOOK_MS, { ref: false });
      state = await this.#services.states.state(this.#task);
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

function isOver({ phase }: RedisTaskState): boolean {
  return phase === 'ended' || phase === 'none';
}
