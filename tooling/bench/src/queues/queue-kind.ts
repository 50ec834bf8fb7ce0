import type { RedisClient } from '@a2a-redis/core';
import type { BaseQueueManager, QueueManagerOptions } from '@a2a-redis/core/queue-manager';
import { RedisPubSubQueueManager } from '@a2a-redis/pubsub-queue';
import { RedisStreamsQueueManager } from '@a2a-redis/streams-queue';

/** A queue manager under test, and what it is compared with. */
export interface QueueKind {
  readonly name: string;
  readonly open: (client: RedisClient, options: QueueManagerOptions) => BaseQueueManager;
  /** The plain command for one event, as an application would send it without a manager. */
  readonly plain: {
    readonly name: string;
    readonly send: (client: RedisClient, key: string, payload: string) => Promise<unknown>;
  };
  /** Of the plain command's throughput, how much is required. */
  readonly requiredThroughput: number;
  /** To the latency of plain messages, what is required. */
  readonly requiredLatency: { readonly p50: number; readonly p99: number | undefined };
}

const streams: QueueKind = {
  name: 'RedisStreamsQueueManager',
  open: (client, options) => new RedisStreamsQueueManager(client, options),
  plain: {
    name: 'XADD',
    send: async (client, key, payload) =>
      client.xAdd(
        key,
        '*',
        { e: payload },
        {
          TRIM: { strategy: 'MAXLEN', strategyModifier: '~', threshold: 10_000 },
        },
      ),
  },
  requiredThroughput: 0.8,
  requiredLatency: { p50: 1.3, p99: 2 },
};

const pubSub: QueueKind = {
  name: 'RedisPubSubQueueManager',
  open: (client, options) => new RedisPubSubQueueManager(client, options),
  plain: {
    name: 'PUBLISH',
    send: async (client, key, payload) => client.publish(key, payload),
  },
  requiredThroughput: 0.85,
  requiredLatency: { p50: 1.15, p99: undefined },
};

export const QUEUE_KINDS: readonly QueueKind[] = [streams, pubSub];

/** The kind of this name. */
export function queueKind(name: string): QueueKind {
  const kind = QUEUE_KINDS.find((each) => each.name === name);
  if (kind === undefined) throw new Error(`There is no queue "${name}".`);
  return kind;
}
