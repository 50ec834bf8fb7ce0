/** Called with each message of a channel. */
export type MessageListener = (message: string) => void;

/** One channel of a hub: who listens, and whether the server has confirmed it. */
export class HubChannel {
  readonly listeners: Set<MessageListener> = new Set();
  /** Resolves when the server has confirmed the subscription, or nobody wants it any more. */
  subscribed: Promise<void> = Promise.resolve();
  /** The same, or when the hub is closed. Rejects where it cannot be subscribed to. */
  readonly settled: Promise<void>;
  readonly #onError: (error: unknown) => void;
  #settle: { resolve(): void; reject(error: unknown): void } | undefined;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
    this.settled = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Who joins is told; whoever has left need not be.
    this.settled.catch(() => undefined);
  }

  /** Ends the wait for the server's word. */
  settle(): void {
    this.#settle?.resolve();
  }

  /** Ends it with an error: there is no subscription. */
  fail(error: unknown): void {
    this.#settle?.reject(error);
  }

  /**
   * Hands a message to all that listen. It is called by the client's reader, which loses what else it
   * has read where this throws: so a listener's failure is reported, and hurts nobody else.
   */
  readonly dispatch: MessageListener = (message) => {
    for (const listener of this.listeners) {
      try {
        listener(message);
      } catch (error) {
        this.#onError(error);
      }
    }
  };
}
