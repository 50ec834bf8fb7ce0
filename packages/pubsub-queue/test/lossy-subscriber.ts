import { connect } from '@a2a-redis-internal/redis-clients';
import type { RedisSubscriberClient } from '@a2a-redis/core/queue-manager';

type MessageListener = (message: string, channel: string) => unknown;

/** A subscriber that loses the messages a test names, as a connection that breaks would. */
export class LossySubscriber implements RedisSubscriberClient, AsyncDisposable {
  /** Which messages are lost. */
  loses: (message: string) => boolean = () => false;
  readonly #client: Awaited<ReturnType<typeof connect>>;
  readonly #listeners = new Map<MessageListener, MessageListener>();

  private constructor(client: Awaited<ReturnType<typeof connect>>) {
    this.#client = client;
  }

  static async connect(url: string): Promise<LossySubscriber> {
    return new LossySubscriber(await connect(url));
  }

  async subscribe(channel: string, listener: MessageListener): Promise<void> {
    const filter: MessageListener = (message, from) => {
      if (!this.loses(message)) listener(message, from);
    };
    this.#listeners.set(listener, filter);
    await this.#client.subscribe(channel, filter);
  }

  async unsubscribe(channel: string, listener: MessageListener): Promise<void> {
    await this.#client.unsubscribe(channel, this.#listeners.get(listener));
    this.#listeners.delete(listener);
  }

  on(event: 'ready', listener: () => void): void {
    this.#client.on(event, listener);
  }

  off(event: 'ready', listener: () => void): void {
    this.#client.off(event, listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.destroy();
  }
}
