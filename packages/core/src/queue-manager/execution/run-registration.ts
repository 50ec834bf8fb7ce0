import type { BusServices } from './bus-services.ts';
import type { FencedBy } from '../state/task-state.ts';
import type { TaskAddress } from '../state/queue-keys.ts';

/** Tells the other replicas of one run of a task. What fails is reported, and tried again. */
export class RunRegistration {
  readonly task: TaskAddress;
  readonly #run: string;
  readonly #services: BusServices;
  readonly #onRefused: (by: FencedBy) => void;
  #registered: Promise<void> | undefined;
  #contextId = '';
  #isRegistered = false;
  /** Until when the note stays without a further one, on the clock of the runtime. */
  #renewAt = Number.POSITIVE_INFINITY;

  /** @param onRefused Called where others have ended the run, or nothing is begun here any more. */
  constructor(
    task: TaskAddress,
    run: string,
    services: BusServices,
    onRefused: (by: FencedBy) => void,
  ) {
    this.task = task;
    this.#run = run;
    this.#services = services;
    this.#onRefused = onRefused;
  }

  /** Whether others know of it, and nobody has ended it by then. */
  get isRegistered(): boolean {
    return this.#isRegistered;
  }

  /** Says of which context the task is, for those who end it before anybody stored it. */
  setContext(contextId: string): void {
    this.#contextId = contextId;
  }

  /**
   * Registers the run, if it is not, or if that was so long ago that it would be forgotten. Resolves when
   * it is registered, or could not be for now.
   */
  async register(): Promise<void> {
    if (this.#services.runtime.now() >= this.#renewAt) {
      this.#registered = undefined;
      this.#renewAt = Number.POSITIVE_INFINITY;
    }
    this.#registered ??= this.#register();
    await this.#registered;
  }

  /** Resolves when a registration under way has ended. */
  async settled(): Promise<void> {
    await this.#registered;
  }

  /** Ends the run and leaves its task open, which waits for its user. */
  async pause(): Promise<void> {
    this.#registered = undefined;
    await this.#services.states.pause(this.task, this.#run);
  }

  /** Removes the note of a run that has come to its end. */
  async forget(): Promise<void> {
    await this.#services.states.forget(this.#run);
  }

  async #register(): Promise<void> {
    const { lease, states, runtime, onError } = this.#services;
    try {
      await lease.start();
      if (!this.#isRegistered && !lease.takesRuns) {
        this.#onRefused('over');
        return;
      }
      const begun = await states.begin(this.task, this.#run, this.#contextId);
      this.#renewAt = runtime.now() + states.renewAfterMs;
      if (begun === 'begun') this.#isRegistered = true;
      else this.#onRefused(begun);
    } catch (error) {
      this.#registered = undefined;
      onError(error);
    }
  }
}
