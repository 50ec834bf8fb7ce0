interface Entry {
  call: () => void;
  isSettled: boolean;
}

/** Calls that wait to be settled, and are made in their order. */
export class OrderedCalls {
  readonly #entries: Entry[] = [];

  /** Whether none waits. */
  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /**
   * Adds a call.
   *
   * @returns Settles it: it is made when all before it are settled, or dropped.
   */
  add(call: () => void): (isMade: boolean) => void {
    const entry: Entry = { call, isSettled: false };
    this.#entries.push(entry);
    return (isMade) => {
      entry.isSettled = true;
      if (isMade) {
        this.#flush();
        return;
      }
      entry.call = () => {};
      // Whoever drops it has more to say in this turn than those that follow should miss.
      queueMicrotask(() => {
        this.#flush();
      });
    };
  }

  /** Makes a call when all before it are settled: at once, where none waits. */
  after(call: () => void): void {
    if (this.isEmpty) call();
    else this.#entries.push({ call, isSettled: true });
  }

  #flush(): void {
    while (this.#entries[0]?.isSettled === true) this.#entries.shift()?.call();
  }
}
