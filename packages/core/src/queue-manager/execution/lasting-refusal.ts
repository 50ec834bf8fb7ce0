import type { A2ARedisError } from '../../shared/errors.ts';
import { isRefusal } from '../../redis/command-fault.ts';
import type { Runtime } from '../../runtime/runtime.ts';

/**
 * For how long Redis has refused what has to be done: a right that was taken by mistake may be given back. One that
 * is not is lacking for good, and others are to do it.
 */
export class LastingRefusal {
  readonly #runtime: Runtime;
  readonly #lastsMs: number;
  #since: number | undefined;

  /** @param lastsMs After how long a refusal is final, in milliseconds. */
  constructor(runtime: Runtime, lastsMs: number) {
    this.#runtime = runtime;
    this.#lastsMs = lastsMs;
  }

  /** Whether nothing was refused yet. */
  get isNew(): boolean {
    return this.#since === undefined;
  }

  /** Whether an attempt failed that is the last one: it was refused, and so was one so long before. */
  isFinal(error: unknown): error is A2ARedisError {
    if (!isRefusal(error)) return false;
    const now = this.#runtime.now();
    this.#since ??= now;
    return now - this.#since >= this.#lastsMs;
  }
}
