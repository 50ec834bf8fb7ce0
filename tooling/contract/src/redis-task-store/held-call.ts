/** Lets calls pass, but for the next one after {@link hold}: that waits until {@link release}. */
export class HeldCall {
  #isNext = false;
  #onHeld: () => void = () => {};
  #onReleased: () => void = () => {};
  /** Resolves when the call waits. */
  readonly held: Promise<void> = new Promise((resolve) => {
    this.#onHeld = resolve;
  });
  readonly #released = new Promise<void>((resolve) => {
    this.#onReleased = resolve;
  });

  hold(): void {
    this.#isNext = true;
  }

  release(): void {
    this.#onReleased();
  }

  /** Is called with each call. */
  async pass(): Promise<void> {
    if (!this.#isNext) return;
    this.#isNext = false;
    this.#onHeld();
    await this.#released;
  }
}
