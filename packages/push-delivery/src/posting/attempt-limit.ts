import { EventEmitter, setMaxListeners } from 'node:events';

import type { Runtime } from '@a2a-redis/core/shared';

/** How far an attempt is: what ended it, if anything did. */
export type AttemptState = 'under way' | 'timed out' | 'stopped';

/** When the caller of an attempt wants it to end. */
export interface AttemptEnd {
  /** Fires when it is to end. It may be that of any number of attempts. */
  readonly signal: AbortSignal;
  /**
   * When it is to end at the latest, in milliseconds on the monotonic clock of the runtime.
   * @default never
   */
  readonly endsAt?: number | undefined;
}

/**
 * Ends an attempt: at the time limit of what it does, or when its caller wants it to.
 *
 * Attempts are many, and making an `AbortSignal` for each takes half as long as a request does: undici takes an
 * emitter as well.
 */
export class AttemptLimit {
  readonly #runtime: Runtime;
  readonly #callers: AbortSignal;
  readonly #endsAt: number;
  readonly #stop = (): void => this.#end('stopped');
  readonly #emitter = new EventEmitter();
  #state: AttemptState = 'under way';

  constructor(runtime: Runtime, { signal, endsAt = Number.POSITIVE_INFINITY }: AttemptEnd) {
    this.#runtime = runtime;
    this.#callers = signal;
    this.#endsAt = endsAt;
    if (signal.aborted) {
      this.#state = 'stopped';
      return;
    }
    // Node takes more than ten listeners for a leak.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', this.#stop);
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
    const leftMs = this.#endsAt - this.#runtime.now();
    if (leftMs <= 0) this.#end('stopped');
    if (this.#state !== 'under way') throw new Error('The attempt is over.');
    const isLast = leftMs < limitMs;
    return new Promise((resolve, reject) => {
      const over = (): void => {
        timer.cancel();
        reject(new Error('The attempt is over.'));
      };
      const timer = isLast
        ? this.#runtime.setTimer(this.#stop, leftMs)
        : this.#runtime.setTimer(() => this.#end('timed out'), limitMs);
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
