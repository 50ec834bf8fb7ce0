import { sleep } from '../../runtime/sleep.ts';
import type { BusServices } from '../execution/bus-services.ts';
import type { TaskStanding } from '../events/event-transport.ts';
import type { TaskAddress } from '../state/queue-keys.ts';
import { isTaskOver } from '../state/task-state.ts';

/** How long a run that seems not to be there is given to appear, in milliseconds. */
const SECOND_LOOK_MS = 200;

/** What a bus knows of itself. */
export interface BusState {
  /** Whether events of this process may be to come. */
  readonly mayGoOn: () => boolean;
  /** Follows the task; resolves when nothing that is published afterwards can be missed. */
  readonly following: () => Promise<void>;
}

/** Where a task stands when somebody joins its bus. */
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
    return { isEnded: !this.#bus.mayGoOn() && isTaskOver(state), counters: state.counters };
  }
}
