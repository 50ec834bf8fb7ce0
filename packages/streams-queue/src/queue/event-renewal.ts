import type { RuntimeTimer } from '@a2a-redis/core/shared';

import type { DirectQueueLog, QueueMember } from './direct-queue-log.ts';
import type { HeldEvents } from './held-events.ts';

/** How many signs of life are given in the time after which events are reclaimed. */
const SIGNS = 3;
/** How many events go into one call. */
const EVENTS_PER_CALL = 256;

/**
 * Signs of life for the events that a reader works on, so that they are not taken from it only
 * because the work is long.
 */
export class EventRenewal {
  readonly #log: DirectQueueLog;
  readonly #member: QueueMember;
  readonly #held: HeldEvents;
  readonly #onError: (error: unknown) => void;
  #timer: RuntimeTimer | undefined;
  #isStopped = false;

  constructor(
    log: DirectQueueLog,
    member: QueueMember,
    held: HeldEvents,
    onError: (error: unknown) => void,
  ) {
    this.#log = log;
    this.#member = member;
    this.#held = held;
    this.#onError = onError;
  }

  /** Gives signs while events are held. */
  start(): void {
    if (this.#timer !== undefined || this.#isStopped || this.#held.size === 0) return;
    const { runtime, limits } = this.#log;
    const pauseMs = (limits.reclaimIdleMs / SIGNS) * (0.8 + runtime.random() * 0.2);
    this.#timer = runtime.setTimer(() => void this.#renew(), pauseMs);
    this.#timer.unref();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async #renew(): Promise<void> {
    const ids = this.#held.ids();
    try {
      for (let index = 0; index < ids.length && !this.#isStopped; index += EVENTS_PER_CALL) {
        const some = ids.slice(index, index + EVENTS_PER_CALL);
        for (const id of await this.#log.renew(this.#member, some)) this.#held.lose(id);
      }
    } catch (error) {
      this.#onError(error);
    }
    this.#timer = undefined;
    this.start();
  }
}
