import { ServerCallContext } from '@a2a-js/sdk/server';
import { A2ARedisError } from '@a2a-redis/core';
import { type ChannelHub } from '@a2a-redis/core/queue-manager';
import {
  requireId,
  type Runtime,
  type ScopeResolver,
  type ScriptRunner,
} from '@a2a-redis/core/shared';

import {
  type ConsumerGroupConfig,
  type ResolvedConsumerGroup,
  resolveConsumerGroup,
} from './consumer-group.ts';
import { type DirectQueueKeys, directQueueKeys } from './direct-queue-keys.ts';
import { DirectQueueLog } from './direct-queue-log.ts';
import { RedisStreamsEventQueue } from './redis-streams-event-queue.ts';

/** Options of the calls that open or close direct queues. */
export interface DirectQueueOptions {
  /**
   * The call, which says whose queue is meant.
   * @default a call without tenant and user
   */
  readonly context?: ServerCallContext | undefined;
}

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
  readonly publish: 'PUBLISH' | 'SPUBLISH';
  readonly prefix: string;
  readonly resolveScope: ScopeResolver;
  readonly consumerConfig: ConsumerGroupConfig | undefined;
  readonly maxPendingEvents: number;
  readonly onError: (error: unknown) => void;
}

const NO_CONTEXT = new ServerCallContext();

/** The direct queues that a process has open. */
export class DirectQueues {
  readonly #parts: DirectQueuesParts;
  readonly #instance: string;
  readonly #defaults: ResolvedConsumerGroup;
  /** The members of the groups that strategies name: at most one of a queue. */
  readonly #members = new Map<string, Promise<RedisStreamsEventQueue | undefined>>();
  /** All open queue objects, with the names of their queues. */
  readonly #open = new Map<RedisStreamsEventQueue, string>();
  #isClosed = false;

  /** @throws {A2ARedisError} `INVALID_OPTION`. */
  constructor(parts: DirectQueuesParts) {
    this.#parts = parts;
    this.#instance = newName(parts.runner.runtime);
    this.#defaults = resolveConsumerGroup(parts.consumerConfig ?? {}, this.#instance);
  }

  async createOrTap(
    queueId: string,
    { context, consumerConfig }: CreateQueueOptions = {},
  ): Promise<RedisStreamsEventQueue> {
    const keys = this.#keysOf(queueId, context);
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
    { context }: DirectQueueOptions = {},
  ): Promise<RedisStreamsEventQueue | undefined> {
    return this.#tap(this.#keysOf(queueId, context), this.#defaults, true);
  }

  async get(
    queueId: string,
    { context }: DirectQueueOptions = {},
  ): Promise<RedisStreamsEventQueue | undefined> {
    const { queue } = await this.#member(this.#keysOf(queueId, context), this.#defaults, true);
    return queue;
  }

  async close(queueId: string, { context }: DirectQueueOptions = {}): Promise<void> {
    const { name } = this.#keysOf(queueId, context);
    await this.#members.get(name)?.catch(() => undefined);
    const queues = [...this.#open].filter(([, of]) => of === name);
    await Promise.all(queues.map(async ([queue]) => queue.close()));
  }

  async closeAll(): Promise<void> {
    this.#isClosed = true;
    const closing = [...this.#open.keys()].map(async (queue) => queue.close());
    // What is still being opened closes itself.
    await Promise.allSettled([...closing, ...this.#members.values()]);
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
    const { runner, hub, publish, maxPendingEvents, onError } = this.#parts;
    const log = new DirectQueueLog(runner, publish, keys, config.limits);
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
        this.#requireOpen();
        const tap = await this.#tap(keys, config, false);
        if (tap === undefined) throw notOpened(keys.queueId);
        return tap;
      },
      onClosed: (closed) => {
        this.#open.delete(closed);
        onClosed?.();
      },
    });
    this.#open.set(queue, keys.name);
    if (this.#isClosed) await queue.close();
    return queue;
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

function newName(runtime: Runtime): string {
  return runtime.randomBytes(8).toString('hex');
}

function notOpened(queueId: string): A2ARedisError {
  return new A2ARedisError('UNAVAILABLE', `Queue ${JSON.stringify(queueId)} was not opened.`);
}
