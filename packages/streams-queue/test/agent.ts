import { serveAgent } from '@a2a-redis-internal/agent-server';
import { RedisStreamsQueueManager } from '@a2a-redis/streams-queue';

/** One replica of an agent with queues on Redis Streams. It runs the build of this package. */
serveAgent((client, options) => new RedisStreamsQueueManager(client, options));
