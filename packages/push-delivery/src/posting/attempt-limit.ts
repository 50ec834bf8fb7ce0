import { EventEmitter, setMaxListeners } from 'node:events';

import type { Runtime } from '@a2a-redis/core/shared';

/** How far an attempt is: what ended it, if anything did. */
export type AttemptState = 'under way' | 'timed out' | 'stopped';

/**
 * Ends an attempt: at the time limit of what it does, or when its caller wants it to.
 *
 * Attempts are many, and making an `AbortSignal` for each takes half as long as a request does: undici takes an
 * emitter as well.
 */
export class AttemptLimit {
  readonly #runtime: Runtime;
  readonly #callers: AbortSignal;
  readonly #stop = (): void => this.#end('stopped');
  readonly #emitter = new EventEmitter();
  #state: AttemptState = 'under way';

  /** @param callers Fires when the caller wants the attempt to end. It may be that of any number of attempts. */
  constructor(runtime: Runtime, callers: AbortSignal) {
    this.#runtime = runtime;
    this.#callers = callers;
    if (callers.aborted) {
      this.#state = 'stopped';
      return;
    }
    // Node takes more than ten listeners for a leak.
    setMaxListeners(0, callers);
    callers.addEventListener('abort', this.#stop);
  }

  get state(): AttemptState {
    return this.#state;
  }

  /** Emits `abort` when the attempt is over. */
  get emitter(): EventEmitter {
    return this.#emitter;
  }

  /**
   * Does a part of the attempt, as the work does. It rejects when the attempt is over before, or was over already, also
   * where the work goes on: undici heeds its signal only once a request has a connection.
   *
   * @param limitMs How long the part may take, in milliseconds.
   */
  async within<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
    if (this.#state !== 'under way') throw new Error('The attempt is over.');
    return new Promise((resolve, reject) => {
      const over = (): void => {
        timer.cancel();
        reject(new Error('The attempt is over.'));
      };
      const timer = this.#runtime.setTimer(() => this.#end('timed out'), limitMs);
      this.#emitter.once('abort', over);
      const done = (): void => {
        timer.cancel();
        this.#emitter.off('abort', over);
      };
      work().finally(done).then(resolve, reject);
    });
  }

  /** Nothing ends the attempt any more. */
  [Symbol.dispose](): void {
    this.#callers.removeEventListener('abort', this.#stop);
  }

  #end(state: 'timed out' | 'stopped'): void {
    if (this.#state !== 'under way') return;
    this.#state = state;
    this.#emitter.emit('abort');
  }
}
