import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';
import type { RedisClientType } from 'redis';

import {
  RedisPushNotificationSender,
  type RedisPushNotificationSenderOptions,
} from '../src/index.ts';

/** Receivers of tests listen on the loopback interface, which is refused otherwise. */
const LOOPBACK: RedisPushNotificationSenderOptions = {
  targets: { allowHttp: true, ports: 'any', allow: ['127.0.0.0/8'] },
};

/** Pauses that a test can wait for. */
export const FAST: RedisPushNotificationSenderOptions = {
  ...LOOPBACK,
  retry: { baseMs: 20, maxMs: 100 },
};

/** A push store and senders that share a random prefix. */
export class Deliveries implements AsyncDisposable {
  readonly prefix: string = newPrefix();
  readonly configs: RedisPushNotificationConfigStore;
  readonly errors: Error[] = [];
  readonly #client: RedisClientType;
  readonly #senders: RedisPushNotificationSender[] = [];

  constructor(client: RedisClientType) {
    this.#client = client;
    this.configs = new RedisPushNotificationConfigStore(client, {
      prefix: `${this.prefix}configs:`,
    });
  }

  /** A sender as another process would have it. */
  open(options: RedisPushNotificationSenderOptions = FAST): RedisPushNotificationSender {
    const sender = new RedisPushNotificationSender(this.#client, this.configs, {
      onError: (error) => this.errors.push(error),
      ...options,
      prefix: `${this.prefix}delivery:`,
    });
    this.#senders.push(sender);
    return sender;
  }

  /** The keys of deliveries, without what they all begin with. */
  async keys(): Promise<readonly string[]> {
    const found: string[] = [];
    const prefix = `${this.prefix}delivery:`;
    for await (const keys of this.#client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1000 })) {
      found.push(...keys.map((key) => key.slice(prefix.length)));
    }
    return found.toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#senders.map(async (sender) => sender.close()));
  }
}
