import {
  BaseQueueManager,
  type DirectQueueOptions,
  type QueueManagerOptions,
  resolveQueueOptions,
} from '@a2a-redis/core/queue-manager';
import { type RedisScriptClient, timeToLive, wholeNumber } from '@a2a-redis/core/shared';

import type { ConsumerGroupConfig } from './queue/consumer-group.ts';
import { type CreateQueueOptions, DirectQueues } from './queue/direct-queues.ts';
import type { RedisStreamsEventQueue } from './queue/redis-streams-event-queue.ts';
import { requireStreamIds } from './stream-ids.ts';
import { StreamLog } from './stream-log.ts';
import { StreamTransport } from './stream-transport.ts';

/** Options of {@link RedisStreamsQueueManager}. */
export interface RedisStreamsQueueManagerOptions extends QueueManagerOptions {
  /**
   * How many events of a task are kept, roughly: the oldest go first. A subscriber that lags by more
   * gets an error.
   * @default 10000
   */
  readonly maxEventsPerTask?: number | undefined;
  /**
   * How long the events of a task are kept after its end, in seconds: for subscribers that still
   * read them.
   * @default 300
   */
  readonly endedRetentionSeconds?: number | undefined;
  /**
   * The longest announcement that carries the events themselves, in bytes. Longer ones are read from
   * the stream, once by each replica that listens.
   * @default 16384
   */
  readonly maxMessageBytes?: number | undefined;
  /**
   * How direct queues are read and kept: those of `createOrTap`, not the events of tasks.
   * @default one group for all replicas; see {@link ConsumerGroupConfig}
   */
  readonly consumerConfig?: ConsumerGroupConfig | undefined;
}

/**
 * The SDK's `ExecutionEventBusManager` on Redis Streams: an agent on many replicas, any of which
 * serves any call.
 *
 * @example
 * ```ts
 * const tasks = new RedisTaskStore(redis);
 * const queues = new RedisStreamsQueueManager(redis, { taskStore: tasks });
 * const executor = queues.distribute(new MyAgentExecutor());
 * const handler = new DefaultRequestHandler(agentCard, tasks, executor, queues);
 * ```
 */
export class RedisStreamsQueueManager extends BaseQueueManager {
  readonly #queues: DirectQueues;

  /**
   * @param client A connected client, pool, cluster or sentinel of node-redis 5 or 6. The manager
   *   never closes it.
   * @param options See {@link RedisStreamsQueueManagerOptions}.
   * @throws {A2ARedisError} `INVALID_OPTION`.
   */
  constructor(client: RedisScriptClient, options: RedisStreamsQueueManagerOptions = {}) {
    const more = ['maxEventsPerTask', 'endedRetentionSeconds', 'maxMessageBytes', 'consumerConfig'];
    const resolved = resolveQueueOptions(options, more);
    const { maxEventsPerTask = 10_000, endedRetentionSeconds = 300 } = options;
    const { maxMessageBytes = 16_384 } = options;
    const limits = {
      retentionSeconds: resolved.retentionSeconds,
      maxEventsPerTask: wholeNumber(maxEventsPerTask, 'maxEventsPerTask', 1),
      endedRetentionSeconds: timeToLive(endedRetentionSeconds, 'endedRetentionSeconds'),
      maxMessageBytes: wholeNumber(maxMessageBytes, 'maxMessageBytes', 0),
    };
    super(
      client,
      resolved,
      ({ runner, ...parts }) =>
        new StreamTransport({ ...parts, log: new StreamLog(runner, limits) }),
      async (runner, keys) => requireStreamIds(client, runner, keys.probe),
    );
    this.#queues = new DirectQueues({
      runner: this.runner,
      hub: this.hub,
      route: this.route,
      place: { prefix: resolved.prefix, channels: this.channels },
      resolveScope: this.resolveScope,
      consumerConfig: options.consumerConfig,
      maxPendingEvents: resolved.maxPendingEvents,
      onError: this.reportError,
    });
  }

  /**
   * Opens a direct queue, which is made where it does not exist: in Redis, for all processes. The first
   * call of a queue manager joins the group that `consumerConfig` names; while that is open, further
   * calls tap the queue.
   *
   * @throws {A2ARedisError} `INVALID_ARGUMENT`, `INVALID_OPTION`, `CLIENT_CLOSED`, `DEADLINE_EXCEEDED`.
   */
  async createOrTap(
    queueId: string,
    options?: CreateQueueOptions,
  ): Promise<RedisStreamsEventQueue> {
    return this.#queues.createOrTap(queueId, options);
  }

  /**
   * Opens a further reader of a direct queue, in a group of its own: it gets every event from now on and
   * takes none from others.
   *
   * @returns `undefined` where no process has made the queue.
   * @throws {A2ARedisError} See {@link createOrTap}.
   */
  async tap(
    queueId: string,
    options?: DirectQueueOptions,
  ): Promise<RedisStreamsEventQueue | undefined> {
    return this.#queues.tap(queueId, options);
  }

  /**
   * Finds a direct queue: the object that is open here, or a new one where only other processes have
   * it, which joins the group that `consumerConfig` names.
   *
   * @returns `undefined` where no process has made the queue.
   * @throws {A2ARedisError} See {@link createOrTap}.
   */
  async get(
    queueId: string,
    options?: DirectQueueOptions,
  ): Promise<RedisStreamsEventQueue | undefined> {
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
