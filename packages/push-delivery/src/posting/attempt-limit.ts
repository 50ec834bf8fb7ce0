import { setMaxListeners } from 'node:events';

import type { Runtime, RuntimeTimer } from '@a2a-redis/core/shared';

/**
 * Ends an attempt: at its time limit, or when the caller wants it to. A request of undici heeds its signal only once it
 * has a connection, hence {@link over}.
 */
export class AttemptLimit {
  readonly #controller = new AbortController();
  readonly #timer: RuntimeTimer;
  readonly #callers: AbortSignal;
  readonly #stop: () => void;
  #outcome: 'under way' | 'timed out' | 'stopped' = 'under way';

  constructor(runtime: Runtime, limitMs: number, callers: AbortSignal) {
    this.#callers = callers;
    this.#stop = () => this.#end('stopped');
    this.#timer = runtime.setTimer(() => this.#end('timed out'), limitMs);
    // One signal may end any number of attempts; Node takes more than ten listeners for a leak.
    setMaxListeners(0, callers);
    callers.addEventListener('abort', this.#stop, { once: true });
    if (callers.aborted) this.#stop();
  }

  /** Whether the attempt goes on, and if not, why. */
  get outcome(): 'under way' | 'timed out' | 'stopped' {
    return this.#outcome;
  }

  /** Fires when the attempt is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** As the work does, or rejects when the attempt is over before. */
  async over<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#controller;
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(new Error('The attempt is over.'));
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
      work.then(resolve, reject);
    });
  }

  /** Nothing ends the attempt any more. */
  [Symbol.dispose](): void {
    this.#timer.cancel();
    this.#callers.removeEventListener('abort', this.#stop);
  }

  #end(outcome: 'timed out' | 'stopped'): void {
    if (this.#outcome !== 'under way') return;
    this.#outcome = outcome;
    this.#controller.abort();
  }
}
