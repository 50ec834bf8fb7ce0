import { A2ARedisError } from '@a2a-redis/core';
import {
  type ChannelHub,
  type DirectQueueOptions,
  OpenQueues,
  type PublishRoute,
  type QueuePlace,
} from '@a2a-redis/core/queue-manager';
import type { Runtime, ScopeResolver, ScriptRunner } from '@a2a-redis/core/shared';

import {
  type ConsumerGroupConfig,
  type ResolvedConsumerGroup,
  resolveConsumerGroup,
} from './consumer-group.ts';
import { type DirectQueueKeys, directQueueKeys } from './direct-queue-keys.ts';
import { DirectQueueLog } from './direct-queue-log.ts';
import { RedisStreamsEventQueue } from './redis-streams-event-queue.ts';

/** Options of `createOrTap`. */
export interface CreateQueueOptions extends DirectQueueOptions {
  /**
   * How this queue is read and kept.
   * @default the queue manager's `consumerConfig`
   */
  readonly consumerConfig?: ConsumerGroupConfig | undefined;
}

/** What direct queues are made of. */
export interface DirectQueuesParts {
  readonly runner: ScriptRunner;
  readonly hub: ChannelHub;
  readonly route: PublishRoute;
  readonly place: QueuePlace;
  readonly resolveScope: ScopeResolver;
  readonly consumerConfig: ConsumerGroupConfig | undefined;
  readonly maxPendingEvents: number;
  readonly onError: (error: unknown) => void;
}

/** The direct queues that a process has open. */
export class DirectQueues {
  readonly #parts: DirectQueuesParts;
  readonly #instance: string;
  readonly #defaults: ResolvedConsumerGroup;
  /** The members of the groups that strategies name: at most one of a queue. */
  readonly #members = new Map<string, Promise<RedisStreamsEventQueue | undefined>>();
  readonly #open: OpenQueues<RedisStreamsEventQueue, DirectQueueKeys>;

  /** @throws {A2ARedisError} `INVALID_OPTION`. */
  constructor(parts: DirectQueuesParts) {
    const { place, resolveScope } = parts;
    this.#parts = parts;
    this.#open = new OpenQueues({ place, resolveScope, keysOf: directQueueKeys });
    this.#instance = newName(parts.runner.runtime);
    this.#defaults = resolveConsumerGroup(parts.consumerConfig ?? {}, this.#instance);
  }

  async createOrTap(
    queueId: string,
    { consumerConfig, ...options }: CreateQueueOptions = {},
  ): Promise<RedisStreamsEventQueue> {
    const keys = this.#open.keysOf(queueId, options);
    const config =
      consumerConfig === undefined
        ? this.#defaults
        : resolveConsumerGroup(consumerConfig, this.#instance);
    const { queue, isNew } = await this.#member(keys, config, false);
    // Never absent: without the demand that it exists, a queue is made.
    if (queue === undefined) throw notOpened(queueId);
    return isNew ? queue : queue.tap();
  }

  async tap(
    queueId: string,
    options?: DirectQueueOptions,
  ): Promise<RedisStreamsEventQueue | undefined> {
    return this.#tap(this.#open.keysOf(queueId, options), this.#defaults, true);
  }

  async get(
    queueId: string,
    options?: DirectQueueOptions,
  ): Promise<RedisStreamsEventQueue | undefined> {
    const keys = this.#open.keysOf(queueId, options);
    const { queue } = await this.#member(keys, this.#defaults, true);
    return queue;
  }

  async close(queueId: string, options?: DirectQueueOptions): Promise<void> {
    const keys = this.#open.keysOf(queueId, options);
    await this.#members.get(keys.name)?.catch(() => undefined);
    await this.#open.close(keys);
  }

  async closeAll(): Promise<void> {
    const closing = this.#open.closeAll();
    // What is still being opened closes itself.
    await Promise.allSettled([closing, ...this.#members.values()]);
  }

  /** The member of the group that the strategy names: the one that is open, or a new one. */
  async #member(
    keys: DirectQueueKeys,
    config: ResolvedConsumerGroup,
    mustExist: boolean,
  ): Promise<{ readonly queue: RedisStreamsEventQueue | undefined; readonly isNew: boolean }> {
    for (;;) {
      const known = this.#members.get(keys.name);
      if (known === undefined) {
        const queue = await this.#enter(keys, config, mustExist);
        return { queue, isNew: true };
      }
      const queue = await known.catch(() => undefined);
      if (queue !== undefined && !queue.isClosed) return { queue, isNew: false };
    }
  }

  async #enter(
    keys: DirectQueueKeys,
    config: ResolvedConsumerGroup,
    mustExist: boolean,
  ): Promise<RedisStreamsEventQueue | undefined> {
    const forget = (): void => {
      if (this.#members.get(keys.name) === entering) this.#members.delete(keys.name);
    };
    const entering = this.#openReader(keys, config, mustExist, forget).then(
      (queue) => {
        if (queue === undefined) forget();
        return queue;
      },
      (error: unknown) => {
        forget();
        throw error;
      },
    );
    this.#members.set(keys.name, entering);
    return entering;
  }

  async #tap(
    keys: DirectQueueKeys,
    config: ResolvedConsumerGroup,
    mustExist: boolean,
  ): Promise<RedisStreamsEventQueue | undefined> {
    const tap = {
      ...config,
      group: `tap:${newName(this.#parts.runner.runtime)}`,
      isPrivate: true,
      start: '$',
    };
    return this.#openReader(keys, { ...tap, consumer: undefined }, mustExist);
  }

  async #openReader(
    keys: DirectQueueKeys,
    config: ResolvedConsumerGroup,
    mustExist: boolean,
    onClosed?: () => void,
  ): Promise<RedisStreamsEventQueue | undefined> {
    const { runner, hub, route, maxPendingEvents, onError } = this.#parts;
    const log = new DirectQueueLog(runner, route, keys, config.limits);
    const reader = newName(runner.runtime);
    const { group, isPrivate, consumer = reader } = config;
    const member = { group, isPrivate, consumer, reader };
    const position = await log.open(member, config.start, mustExist);
    if (position === undefined) return undefined;
    const queue = new RedisStreamsEventQueue({
      log,
      member,
      position,
      hub,
      maxPendingEvents,
      onError,
      openTap: async () => {
        this.#open.requireOpen();
        const tap = await this.#tap(keys, config, false);
        if (tap === undefined) throw notOpened(keys.queueId);
        return tap;
      },
      onClosed: (closed) => {
        this.#open.remove(closed);
        onClosed?.();
      },
    });
    return this.#open.add(queue, keys);
  }
}

function newName(runtime: Runtime): string {
  return runtime.randomBytes(8).toString('hex');
}

function notOpened(queueId: string): A2ARedisError {
  return new A2ARedisError('UNAVAILABLE', `Queue ${JSON.stringify(queueId)} was not opened.`);
}
