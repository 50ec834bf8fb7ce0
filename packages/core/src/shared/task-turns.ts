/** Work on tasks: that of one task one after the other, in the order of the calls. */
export class TaskTurns {
  readonly #tails = new Map<string, Promise<void>>();
  /** Work that was taken and has not ended. */
  readonly #underWay = new Set<Promise<void>>();

  /** How much was taken and has not ended. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /**
   * Does the work when all earlier work on the task has ended. It fails as the work does.
   *
   * @param task The task, of whichever tenant and owner; `undefined` for work on none, which waits for nothing.
   */
  async take(task: string | undefined, work: () => Promise<void>): Promise<void> {
    const earlier = (task === undefined ? undefined : this.#tails.get(task)) ?? Promise.resolve();
    const working = earlier.then(work);
    // What fails tells its own caller, and keeps nothing later from being done.
    const tail = working.catch(() => undefined);
    this.#underWay.add(tail);
    if (task !== undefined) this.#tails.set(task, tail);
    try {
      await working;
    } finally {
      this.#underWay.delete(tail);
      if (task !== undefined && this.#tails.get(task) === tail) this.#tails.delete(task);
    }
  }

  /** Resolves when the work on a task that was taken so far has ended. */
  async settledOf(task: string): Promise<void> {
    await this.#tails.get(task);
  }

  /** Resolves when all work has ended: also what is taken meanwhile. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }
}
