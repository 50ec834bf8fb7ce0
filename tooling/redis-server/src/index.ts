export { startRedisCluster, type RedisCluster, type RedisClusterOptions } from './cluster.ts';
export type { RedisServer, RedisServerOptions, RedisServerSource } from './redis-server.ts';
export { startRedisServer } from './start-redis-server.ts';
