import { ServerCallContext } from '@a2a-js/sdk/server';
import { A2ARedisError } from '@a2a-redis/core';
import { requireId, type ScopeResolver } from '@a2a-redis/core/shared';

import { type DirectQueueKeys, directQueueKeys } from './direct-queue-keys.ts';
import { EventBuffer } from './event-buffer.ts';
import { type ChannelParts, QueueChannel } from './queue-channel.ts';
import { RedisPubSubEventQueue } from './redis-pubsub-event-queue.ts';

/** Options of the calls that open or close direct queues. */
export interface DirectQueueOptions {
  /**
   * The call, which says whose queue is meant.
   * @default a call without tenant and user
   */
  readonly context?: ServerCallContext | undefined;
}

/** What direct queues are made of. */
export interface DirectQueuesParts extends ChannelParts {
  readonly prefix: string;
  readonly resolveScope: ScopeResolver;
  readonly maxBufferedEvents: number;
}

const NO_CONTEXT = new ServerCallContext();

/** The direct queues that a process has open. */
export class DirectQueues {
  readonly #parts: DirectQueuesParts;
  readonly #channels = new Map<string, QueueChannel>();
  /** All open queue objects, oldest first, with the names of their queues. */
  readonly #open = new Map<RedisPubSubEventQueue, string>();
  #isClosed = false;

  constructor(parts: DirectQueuesParts) {
    this.#parts = parts;
  }

  async createOrTap(
    queueId: string,
    { context }: DirectQueueOptions = {},
  ): Promise<RedisPubSubEventQueue> {
    return this.#openReader(this.#channelOf(this.#keysOf(queueId, context)));
  }

  async tap(
    queueId: string,
    { context }: DirectQueueOptions = {},
  ): Promise<RedisPubSubEventQueue | undefined> {
    const keys = this.#keysOf(queueId, context);
    return (await this.#exists(keys)) ? this.#openReader(this.#channelOf(keys)) : undefined;
  }

  async get(
    queueId: string,
    options: DirectQueueOptions = {},
  ): Promise<RedisPubSubEventQueue | undefined> {
    const keys = this.#keysOf(queueId, options.context);
    for (const [queue, name] of this.#open) {
      if (name === keys.name) return queue;
    }
    return this.tap(queueId, options);
  }

  async close(queueId: string, { context }: DirectQueueOptions = {}): Promise<void> {
    const { name } = this.#keysOf(queueId, context);
    const queues = [...this.#open].filter(([, of]) => of === name);
    await Promise.all(queues.map(async ([queue]) => queue.close()));
  }

  async closeAll(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#open.keys()].map(async (queue) => queue.close()));
  }

  async #openReader(channel: QueueChannel): Promise<RedisPubSubEventQueue> {
    const { maxBufferedEvents, onError } = this.#parts;
    const { queueId, name } = channel.keys;
    const buffer = new EventBuffer({ queueId, maxBufferedEvents, onError });
    const queue = new RedisPubSubEventQueue({
      channel,
      buffer,
      openTap: async () => {
        this.#requireOpen();
        return this.#openReader(this.#channelOf(channel.keys));
      },
      onClosed: (closed) => {
        this.#open.delete(closed);
        this.#dropUnused(channel);
      },
    });
    try {
      await channel.add(buffer);
    } catch (error) {
      this.#dropUnused(channel);
      throw error;
    }
    this.#open.set(queue, name);
    if (this.#isClosed) await queue.close();
    return queue;
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

  #keysOf(queueId: string, context: ServerCallContext = NO_CONTEXT): DirectQueueKeys {
    this.#requireOpen();
    const { prefix, resolveScope } = this.#parts;
    return directQueueKeys(prefix, resolveScope(context), requireId('The queue id', queueId));
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new A2ARedisError('CLIENT_CLOSED', 'The queue manager is closed.');
  }
}
