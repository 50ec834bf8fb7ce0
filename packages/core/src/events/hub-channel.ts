/** Called with each message of a channel. */
export type MessageListener = (message: string) => void;

/** One channel of a hub: who listens, and whether the server has confirmed it. */
export class HubChannel {
  readonly listeners: Set<MessageListener> = new Set();
  /** Resolves when the server has confirmed the subscription, or nobody wants it any more. */
  subscribed: Promise<void> = Promise.resolve();
  /** The same, or when the hub is closed. */
  readonly settled: Promise<void>;
  #settle: (() => void) | undefined;

  constructor() {
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Ends the wait for the server's word. */
  settle(): void {
    this.#settle?.();
  }

  /** Hands a message to all that listen. */
  readonly dispatch: MessageListener = (message) => {
    for (const listener of this.listeners) listener(message);
  };
}
