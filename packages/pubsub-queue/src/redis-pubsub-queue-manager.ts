import {
  BaseQueueManager,
  type DirectQueueOptions,
  type QueueManagerOptions,
  resolveQueueOptions,
} from '@a2a-redis/core/queue-manager';
import {
  invalidOption,
  isClusterClient,
  type RedisScriptClient,
  requireScriptClient,
  wholeNumber,
} from '@a2a-redis/core/shared';

import { PubSubTransport } from './pubsub-transport.ts';
import { DirectQueues } from './queue/direct-queues.ts';
import type { RedisPubSubEventQueue } from './queue/redis-pubsub-event-queue.ts';
import { TaskChannel } from './task-channel.ts';

/** Options of {@link RedisPubSubQueueManager}. */
export interface RedisPubSubQueueManagerOptions extends QueueManagerOptions {
  /**
   * Whether messages go to shards (`SPUBLISH`), for which every replica must use the same value. Needs
   * Redis 7. A cluster always does, whose plain messages would go to every one of its nodes.
   * @default whether the server has hash slots, see `layout`
   */
  readonly sharded?: boolean | undefined;
  /**
   * How many events a direct queue keeps for a reader that does not read. Beyond that the oldest are
   * dropped; its next read and `onError` are told.
   * @default 10000
   */
  readonly maxBufferedEvents?: number | undefined;
}

/**
 * The SDK's `ExecutionEventBusManager` on Redis Pub/Sub: an agent on many replicas, any of which
 * serves any call. Events are not stored: who comes later gets a fresh snapshot instead.
 *
 * @example
 * ```ts
 * const tasks = new RedisTaskStore(redis);
 * const queues = new RedisPubSubQueueManager(redis, { taskStore: tasks });
 * const executor = queues.distribute(new MyAgentExecutor());
 * const handler = new DefaultRequestHandler(agentCard, tasks, executor, queues);
 * ```
 */
export class RedisPubSubQueueManager extends BaseQueueManager {
  readonly #queues: DirectQueues;

  /**
   * @param client A connected client, pool, cluster or sentinel of node-redis 5 or 6. The manager
   *   never closes it.
   * @param options See {@link RedisPubSubQueueManagerOptions}.
   * @throws {A2ARedisError} `INVALID_OPTION`.
   */
  constructor(client: RedisScriptClient, options: RedisPubSubQueueManagerOptions = {}) {
    const resolved = resolveQueueOptions(options, ['sharded', 'maxBufferedEvents']);
    const sharded = resolveSharded(client, options);
    const { maxBufferedEvents = 10_000 } = options;
    wholeNumber(maxBufferedEvents, 'maxBufferedEvents', 1);
    super(client, { ...resolved, sharded }, ({ runner, route, ...parts }) => {
      const channel = new TaskChannel(runner, route, resolved.retentionSeconds);
      return new PubSubTransport({ ...parts, channel });
    });
    this.#queues = new DirectQueues({
      runner: this.runner,
      hub: this.hub,
      route: this.route,
      place: { prefix: resolved.prefix, channels: this.channels },
      resolveScope: this.resolveScope,
      maxPendingEvents: resolved.maxPendingEvents,
      maxBufferedEvents,
      onError: this.reportError,
    });
  }

  /**
   * Opens a direct queue. A queue is its readers: the first object makes it, further ones tap it, in
   * any process.
   *
   * @returns When the subscription is confirmed: nothing that is published afterwards is missed.
   * @throws {A2ARedisError} `INVALID_ARGUMENT`, `CLIENT_CLOSED`, `DEADLINE_EXCEEDED`.
   */
  async createOrTap(queueId: string, options?: DirectQueueOptions): Promise<RedisPubSubEventQueue> {
    return this.#queues.createOrTap(queueId, options);
  }

  /**
   * Opens a further reader of a direct queue: it gets every event from now on and takes none from
   * others.
   *
   * @returns When the subscription is confirmed; `undefined` where no process has the queue open.
   * @throws {A2ARedisError} See {@link createOrTap}.
   */
  async tap(
    queueId: string,
    options?: DirectQueueOptions,
  ): Promise<RedisPubSubEventQueue | undefined> {
    return this.#queues.tap(queueId, options);
  }

  /**
   * Finds a direct queue: the object that was opened first here, or a new one where only other
   * processes have it open.
   *
   * @returns `undefined` where no process has the queue open.
   * @throws {A2ARedisError} See {@link createOrTap}.
   */
  async get(
    queueId: string,
    options?: DirectQueueOptions,
  ): Promise<RedisPubSubEventQueue | undefined> {
    return this.#queues.get(queueId, options);
  }

  /**
   * Closes what this queue manager has open of a direct queue, taps too; without an id, the queue
   * manager with all of its direct queues, within `closeDeadlineMs`. Never rejects then. Safe to repeat.
   */
  override async close(queueId?: string, options?: DirectQueueOptions): Promise<void> {
    return queueId === undefined ? super.close() : this.#queues.close(queueId, options);
  }

  protected override async closeQueues(): Promise<void> {
    await this.#queues.closeAll();
  }
}

function resolveSharded(
  client: RedisScriptClient,
  { sharded, layout }: RedisPubSubQueueManagerOptions,
): boolean | undefined {
  requireScriptClient(client);
  if (sharded !== undefined && typeof sharded !== 'boolean') {
    throw invalidOption('sharded', 'must be a boolean');
  }
  if (sharded === false && (layout === 'cluster' || isClusterClient(client))) {
    throw invalidOption('sharded', 'must be true on a cluster');
  }
  return sharded;
}
