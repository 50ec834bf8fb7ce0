/** Work on tasks: that of one task one after the other, in the order of the calls. */
export class TaskTurns {
  readonly #tails = new Map<string, Promise<void>>();

  /** Does the work when all earlier work on the task has ended. It fails as the work does. */
  async take(taskId: string, work: () => Promise<void>): Promise<void> {
    const earlier = this.#tails.get(taskId) ?? Promise.resolve();
    const working = earlier.then(work);
    // What fails tells its own caller, and keeps nothing later from being done.
    const tail = working.catch(() => undefined);
    this.#tails.set(taskId, tail);
    try {
      await working;
    } finally {
      if (this.#tails.get(taskId) === tail) this.#tails.delete(taskId);
    }
  }
}
