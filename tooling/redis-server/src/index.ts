export { startRedisCluster, type RedisCluster, type RedisClusterOptions } from './cluster.ts';
export { startRedisJsonCluster, startRedisJsonServer } from './json-server.ts';
export { startLocalServer } from './local-server.ts';
export type { RedisServer, RedisServerOptions, RedisServerSource } from './redis-server.ts';
export {
  type CredentialsListener,
  type RotatedCredentials,
  RotatingUser,
} from './rotating-user.ts';
export { startRedisSentinel, type RedisSentinel, type RedisSentinelOptions } from './sentinel.ts';
export { startRedisServer } from './start-redis-server.ts';
export { NO_SERVER } from './try-ways.ts';
