import {
  type DirectQueueOptions,
  OpenQueues,
  type QueuePlace,
} from '@a2a-redis/core/queue-manager';
import type { ScopeResolver } from '@a2a-redis/core/shared';

import { type DirectQueueKeys, directQueueKeys } from './direct-queue-keys.ts';
import { EventBuffer } from './event-buffer.ts';
import { type ChannelParts, QueueChannel } from './queue-channel.ts';
import { RedisPubSubEventQueue } from './redis-pubsub-event-queue.ts';

/** What direct queues are made of. */
export interface DirectQueuesParts extends ChannelParts {
  readonly place: QueuePlace;
  readonly resolveScope: ScopeResolver;
  readonly maxBufferedEvents: number;
}

/** The direct queues that a process has open. */
export class DirectQueues {
  readonly #parts: DirectQueuesParts;
  readonly #channels = new Map<string, QueueChannel>();
  readonly #open: OpenQueues<RedisPubSubEventQueue, DirectQueueKeys>;

  constructor(parts: DirectQueuesParts) {
    const { place, resolveScope } = parts;
    this.#parts = parts;
    this.#open = new OpenQueues({ place, resolveScope, keysOf: directQueueKeys });
  }

  async createOrTap(queueId: string, options?: DirectQueueOptions): Promise<RedisPubSubEventQueue> {
    return this.#openReader(this.#channelOf(this.#open.keysOf(queueId, options)));
  }

  async tap(
    queueId: string,
    options?: DirectQueueOptions,
  ): Promise<RedisPubSubEventQueue | undefined> {
    const keys = this.#open.keysOf(queueId, options);
    return (await this.#exists(keys)) ? this.#openReader(this.#channelOf(keys)) : undefined;
  }

  async get(
    queueId: string,
    options?: DirectQueueOptions,
  ): Promise<RedisPubSubEventQueue | undefined> {
    const [first] = this.#open.on(this.#open.keysOf(queueId, options));
    return first ?? this.tap(queueId, options);
  }

  async close(queueId: string, options?: DirectQueueOptions): Promise<void> {
    await this.#open.close(this.#open.keysOf(queueId, options));
  }

  async closeAll(): Promise<void> {
    await this.#open.closeAll();
  }

  async #openReader(channel: QueueChannel): Promise<RedisPubSubEventQueue> {
    const { maxBufferedEvents, onError } = this.#parts;
    const { queueId } = channel.keys;
    const buffer = new EventBuffer({ queueId, maxBufferedEvents, onError });
    const queue = new RedisPubSubEventQueue({
      channel,
      buffer,
      openTap: async () => {
        this.#open.requireOpen();
        return this.#openReader(this.#channelOf(channel.keys));
      },
      onClosed: (closed) => {
        this.#open.remove(closed);
        this.#dropUnused(channel);
      },
    });
    try {
      await channel.add(buffer);
    } catch (error) {
      this.#dropUnused(channel);
      throw error;
    }
    return this.#open.add(queue, channel.keys);
  }

  async #exists(keys: DirectQueueKeys): Promise<boolean> {
    const known = this.#channels.get(keys.name);
    return known !== undefined || new QueueChannel(keys, this.#parts).hasSubscribers();
  }

  #channelOf(keys: DirectQueueKeys): QueueChannel {
    const known = this.#channels.get(keys.name);
    if (known !== undefined) return known;
    const channel = new QueueChannel(keys, this.#parts);
    this.#channels.set(keys.name, channel);
    return channel;
  }

  #dropUnused(channel: QueueChannel): void {
    const { name } = channel.keys;
    if (!channel.isUsed && this.#channels.get(name) === channel) this.#channels.delete(name);
  }
}
