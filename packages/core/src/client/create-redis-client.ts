import type {
  RedisClient,
  RedisCluster,
  RedisPool,
  RedisSentinel,
  RespVersion,
} from './client-types.ts';
import { connectClient } from './connect-client.ts';
import type {
  CreateRedisClientOptions,
  RedisClientOptions,
  RedisClusterOptions,
  RedisPoolOptions,
  RedisSentinelOptions,
} from './options.ts';
import { resolveOptions } from './resolve-options.ts';

/**
 * Makes a node-redis client and connects it.
 *
 * What `createClient` of `redis` leaves to its caller is set: an error listener, a deadline for the
 * first connect, jittered reconnects for ever after it, limits of the offline queue in length and
 * time, detection of dead connections, and a name. The result is node-redis's own client; close it
 * with its `close()`.
 *
 * @throws {A2ARedisError} `INVALID_OPTION` before any socket is opened; `CONNECT_FAILED` when
 *   there is no connection after `connectTimeoutMs`, or at once where waiting cannot help (a wrong
 *   password, a certificate that is not trusted). `cause` is the last error of the connection. `SERVER_UNSUPPORTED` for a
 *   server that is too old for these packages, or runs no scripts.
 */
export function createRedisClient<RESP extends RespVersion | undefined = undefined>(
  options?: RedisClientOptions<RESP>,
): Promise<RedisClient<RESP>>;
/** With `maxConnections`: a pool, or a plain client when it is 1. */
export function createRedisClient<
  N extends number,
  RESP extends RespVersion | undefined = undefined,
>(
  options: RedisPoolOptions<RESP, N>,
): Promise<number extends N ? RedisClient<RESP> | RedisPool<RESP> : RedisPool<RESP>>;
/** With `cluster`: a cluster client. */
export function createRedisClient<RESP extends RespVersion | undefined = undefined>(
  options: RedisClusterOptions<RESP>,
): Promise<RedisCluster<RESP>>;
/** With `sentinel`: a sentinel client. */
export function createRedisClient<RESP extends RespVersion | undefined = undefined>(
  options: RedisSentinelOptions<RESP>,
): Promise<RedisSentinel<RESP>>;
export async function createRedisClient(options: CreateRedisClientOptions = {}): Promise<unknown> {
  return connectClient(resolveOptions(options));
}
