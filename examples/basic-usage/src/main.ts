/** Each store in a few lines. Uses the Redis of `REDIS_URL`, or starts one for as long as it runs. */
import { startRedisJsonServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { createRedisClient } from '@a2a-redis/core';

import { showJsonTaskStore } from './json-task-store.ts';
import { showPushConfigs } from './push-configs.ts';
import { showTaskStore } from './task-store.ts';

// An application has its Redis already, and begins with its client.
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

// Documents need a server with JSON commands: Redis 8, or Valkey with its JSON module.
const jsonServer = await startRedisJsonServer();
console.log('\nRedisJSONTaskStore');
if ('unavailable' in jsonServer) {
  console.log(
    '  left out: no server with JSON commands (set REDIS_JSON_URL or REDIS_JSON_MODULE, or start Docker)',
  );
} else {
  const jsonRedis = await createRedisClient({ url: jsonServer.url });
  try {
    await showJsonTaskStore(jsonRedis);
  } finally {
    await jsonRedis.close();
    await jsonServer.stop();
  }
}
