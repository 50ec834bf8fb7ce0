import { detailedError } from '../../shared/detailed-error.ts';
import { abbreviate } from '../../redis/script-runner.ts';
import type { Runtime } from '../../runtime/runtime.ts';

/** Runs work one after another for each key, and at once for different keys. */
export class SerialQueue {
  readonly #runtime: Pick<Runtime, 'now'>;
  readonly #tails = new Map<string, Promise<unknown>>();

  constructor(runtime: Pick<Runtime, 'now'>) {
    this.#runtime = runtime;
  }

  /**
   * Runs the work after all earlier work for the key has ended, however it ended.
   *
   * @param deadlineAt Until when the work may begin, on the clock of the runtime.
   * @throws {A2ARedisError} `DEADLINE_EXCEEDED` where its turn came too late: it was not begun then.
   */
  async run<T>(key: string, deadlineAt: number, work: () => Promise<T>): Promise<T> {
    const begin = (): Promise<T> => {
      if (this.#runtime.now() < deadlineAt) return work();
      const end = 'took too long: this one was not begun.';
      const message = `Earlier writes of the same task ${end}`;
      const detail = `Earlier writes of record ${abbreviate(key)} ${end}`;
      return Promise.reject(detailedError('DEADLINE_EXCEEDED', message, { detail }));
    };
    const earlier = this.#tails.get(key);
    const result = earlier === undefined ? begin() : earlier.then(begin, begin);
    this.#tails.set(key, result);
    try {
      return await result;
    } finally {
      if (this.#tails.get(key) === result) this.#tails.delete(key);
    }
  }
}
