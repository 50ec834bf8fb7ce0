/** Each store in a few lines. Uses the Redis of `REDIS_URL`, or starts one for as long as it runs. */
import { startRedisServer } from '@a2a-redis-internal/redis-server';
import { createRedisClient } from '@a2a-redis/core';

import { showPushConfigs } from './push-configs.ts';
import { showTaskStore } from './task-store.ts';

// An application has its Redis already, and begins at the next line.
const server = await startRedisServer();

// A node-redis client that is connected and reconnects by itself. The stores share it; close it
// when they are no longer used.
const redis = await createRedisClient({ url: server.url });
try {
  await showTaskStore(redis);
  console.log();
  await showPushConfigs(redis);
} finally {
  await redis.close();
  await server.stop();
}
