/** Lets all who ask for one thing in the same synchronous run have one answer. */
export class SharedReads<T> {
  readonly #current = new Map<string, Promise<T>>();

  /** Reads, or joins a read for the key that began in this very run. */
  read(key: string, read: () => Promise<T>): Promise<T> {
    const current = this.#current.get(key);
    if (current !== undefined) return current;
    const reading = read();
    this.#current.set(key, reading);
    // Who asks later must see what was written before, also what this read was too early for.
    queueMicrotask(() => this.#current.delete(key));
    return reading;
  }
}
