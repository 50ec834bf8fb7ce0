/** Runs work one after another for each key, and at once for different keys. */
export class SerialQueue {
  readonly #tails = new Map<string, Promise<unknown>>();

  /** Runs the work after all earlier work for the key has ended, however it ended. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const earlier = this.#tails.get(key) ?? Promise.resolve();
    const result = earlier.then(work, work);
    this.#tails.set(key, result);
    try {
      return await result;
    } finally {
      if (this.#tails.get(key) === result) this.#tails.delete(key);
    }
  }
}
