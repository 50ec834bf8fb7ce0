import type { BusServices } from './bus-services.ts';
import type { TaskAddress } from './queue-keys.ts';

/** Tells the other replicas of one run of a task. What fails is reported, and tried again. */
export class RunRegistration {
  readonly task: TaskAddress;
  readonly #run: string;
  readonly #services: BusServices;
  readonly #onRefused: () => void;
  #registered: Promise<void> | undefined;
  /** Until when the note stays without a further one, on the clock of the runtime. */
  #renewAt = Number.POSITIVE_INFINITY;

  /** @param onRefused Called where another replica has ended the run. */
  constructor(task: TaskAddress, run: string, services: BusServices, onRefused: () => void) {
    this.task = task;
    this.#run = run;
    this.#services = services;
    this.#onRefused = onRefused;
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
    await this.#services.runs.pause(this.task, this.#run);
  }

  /** Removes the note of a run that has come to its end. */
  async forget(): Promise<void> {
    await this.#services.runs.forget(this.#run);
  }

  async #register(): Promise<void> {
    const { lease, runs, runtime, onError } = this.#services;
    try {
      await lease.start();
      const mayRun = await runs.begin(this.task, this.#run);
      this.#renewAt = runtime.now() + runs.renewAfterMs;
      if (!mayRun) this.#onRefused();
    } catch (error) {
      this.#registered = undefined;
      onError(error);
    }
  }
}
