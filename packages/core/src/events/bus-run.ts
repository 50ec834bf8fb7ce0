import { setTimeout as sleep } from 'node:timers/promises';

import { A2ARedisError } from '../errors.ts';
import { backoffMs } from '../redis/backoff.ts';
import type { BusServices } from './bus-services.ts';
import { EventPublisher } from './event-publisher.ts';
import type { TaskAddress } from './queue-keys.ts';
import { RunRegistration } from './run-registration.ts';

/**
 * What this process executes and publishes of a task under one name: from a message to the task's end,
 * or to where it waits for its user. What is published after that is of another run.
 */
export class BusRun {
  readonly publisher: EventPublisher;
  readonly #services: BusServices;
  readonly #registration: RunRegistration;
  #isPaused = false;
  #isLeaving = false;
  #isStopped = false;

  /** @param onFenced Called where another replica has ended the run. */
  constructor(task: TaskAddress, services: BusServices, onFenced: () => void) {
    const run = services.nextRun();
    this.#services = services;
    this.#registration = new RunRegistration(task, run, services, onFenced);
    this.publisher = new EventPublisher(task, run, services, {
      beforeEnd: async () => this.#registration.register(),
      onFenced,
    });
  }

  /** The publisher of its events. */
  get name(): string {
    return this.publisher.run;
  }

  /** Whether the task waits for its user: nothing more is published under this name. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Whether the run is over, and its events are still being stored. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** Whether its events are not with Redis yet, or not in the task. */
  get isSending(): boolean {
    return this.publisher.isSending || this.#isLeaving;
  }

  /** Tells the other replicas that it goes on, if they do not know. */
  async register(): Promise<void> {
    await this.#registration.register();
  }

  /** Resolves when all that was published is with Redis, or was given up. */
  async drained(): Promise<void> {
    await this.#registration.settled();
    await this.publisher.drained();
  }

  /** Ends it where the task waits for its user; as often as it takes: nobody else would. */
  async pause(): Promise<void> {
    this.#isPaused = true;
    for (let attempt = 1; !this.#isStopped; attempt += 1) {
      try {
        await this.#registration.pause();
        return;
      } catch (error) {
        this.#services.onError(error);
        if (error instanceof A2ARedisError && error.code === 'CLIENT_CLOSED') return;
        await sleep(backoffMs(attempt, 500, 10_000), undefined, { ref: false });
      }
    }
  }

  /** Ends it with its task. */
  end(onLeft: () => void): void {
    this.publisher.end(() => void this.#leave(onLeft));
  }

  /** Gives up what is not with Redis yet. */
  stop(): void {
    this.#isStopped = true;
    this.publisher.stop();
  }

  /** Others need not look after it any more, once its events are in the task. */
  async #leave(onLeft: () => void): Promise<void> {
    this.#isLeaving = true;
    try {
      await this.publisher.stored();
      await this.#registration.forget();
    } catch (error) {
      this.#services.onError(error);
    }
    this.#isLeaving = false;
    onLeft();
  }
}
