import type { ChannelHub } from '@a2a-redis/core/queue-manager';

/** What a message says. Others are of a later version, and mean that there may be something to take. */
export type WakeWord = 'due' | 'more';

/** The messages that tell who delivers that there is something to take. */
export class WakeMessages {
  readonly #hub: ChannelHub;
  readonly #channel: string;
  readonly #onError: (error: unknown) => void;

  /** @param hub Closed with this. */
  constructor(hub: ChannelHub, channel: string, onError: (error: unknown) => void) {
    this.#hub = hub;
    this.#channel = channel;
    this.#onError = onError;
  }

  /** @param onWord Called with each message; with `due` also when messages may have been lost, and once they come. */
  listen(onWord: (word: WakeWord) => void): void {
    this.#hub.onResumed(() => onWord('due'));
    const listener = (message: string): void => onWord(message === 'more' ? 'more' : 'due');
    // Without messages, who delivers still looks now and then.
    this.#hub.join(this.#channel, listener).then(() => onWord('due'), this.#onError);
  }

  async close(): Promise<void> {
    await this.#hub.close();
  }
}
