import { serveAgent } from '@a2a-redis-internal/agent-server';
import { RedisPubSubQueueManager } from '@a2a-redis/pubsub-queue';

/** One replica of an agent with queues on Redis Pub/Sub. It runs the build of this package. */
serveAgent((client, options) => new RedisPubSubQueueManager(client, options));
