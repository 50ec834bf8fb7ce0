import {
  BaseQueueManager,
  type QueueManagerOptions,
  type RedisScriptClient,
  resolveQueueOptions,
  timeToLive,
  wholeNumber,
} from '@a2a-redis/core/kernel';

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
  /**
   * @param client A connected client, pool, cluster or sentinel of node-redis 5 or 6. The manager
   *   never closes it.
   * @param options See {@link RedisStreamsQueueManagerOptions}.
   * @throws {A2ARedisError} `INVALID_OPTION`.
   */
  constructor(client: RedisScriptClient, options: RedisStreamsQueueManagerOptions = {}) {
    const more = ['maxEventsPerTask', 'endedRetentionSeconds', 'maxMessageBytes'];
    const resolved = resolveQueueOptions(options, more);
    const { maxEventsPerTask = 10_000, endedRetentionSeconds = 300 } = options;
    const { maxMessageBytes = 16_384 } = options;
    const limits = {
      retentionSeconds: resolved.retentionSeconds,
      maxEventsPerTask: wholeNumber(maxEventsPerTask, 'maxEventsPerTask', 1),
      endedRetentionSeconds: timeToLive(endedRetentionSeconds, 'endedRetentionSeconds'),
      maxMessageBytes: wholeNumber(maxMessageBytes, 'maxMessageBytes', 0),
    };
    super(client, resolved, ({ runner, hub, publish, onError }) => {
      return new StreamTransport(new StreamLog(runner, publish, limits), hub, onError);
    });
  }
}
