import type {
  RedisClientPoolType,
  RedisClientType,
  RedisClusterType,
  RedisDefaultModules,
  RedisSentinelType,
} from 'redis';

/** Protocol versions that node-redis speaks. */
export type RespVersion = 2 | 3;

/** node-redis's own default for no functions and no scripts. */
type NoFunctions = {};

/** A plain node-redis client, with the installed version's protocol unless `RESP` names one. */
export type RedisClient<RESP extends RespVersion | undefined = undefined> = RESP extends RespVersion
  ? RedisClientType<RedisDefaultModules, NoFunctions, NoFunctions, RESP>
  : RedisClientType<RedisDefaultModules>;

/** A node-redis pool. */
export type RedisPool<RESP extends RespVersion | undefined = undefined> = RESP extends RespVersion
  ? RedisClientPoolType<RedisDefaultModules, NoFunctions, NoFunctions, RESP>
  : RedisClientPoolType<RedisDefaultModules>;

/** A node-redis cluster client. */
export type RedisCluster<RESP extends RespVersion | undefined = undefined> =
  RESP extends RespVersion
    ? RedisClusterType<RedisDefaultModules, NoFunctions, NoFunctions, RESP>
    : RedisClusterType<RedisDefaultModules>;

/** A node-redis sentinel client. */
export type RedisSentinel<RESP extends RespVersion | undefined = undefined> =
  RESP extends RespVersion
    ? RedisSentinelType<RedisDefaultModules, NoFunctions, NoFunctions, RESP>
    : RedisSentinelType<RedisDefaultModules>;

type RespOf<O> = O extends { readonly RESP: infer R extends RespVersion } ? R : undefined;

type ServerClient<O, RESP extends RespVersion | undefined> = O extends {
  readonly maxConnections: infer N extends number;
}
  ? number extends N
    ? RedisClient<RESP> | RedisPool<RESP>
    : N extends 1
      ? RedisClient<RESP>
      : RedisPool<RESP>
  : RedisClient<RESP>;

type ClientOr<Server, O, RESP extends RespVersion | undefined> = O extends {
  readonly cluster: object;
}
  ? RedisCluster<RESP>
  : O extends { readonly sentinel: object }
    ? RedisSentinel<RESP>
    : Server;

/** What `createRedisClient` makes of options of this type. */
export type RedisClientFor<O> = ClientOr<ServerClient<O, RespOf<O>>, O, RespOf<O>>;

/** What subscribes for a client of options of this type: a pool cannot, so a plain client does. */
export type RedisSubscriberFor<O> = ClientOr<RedisClient<RespOf<O>>, O, RespOf<O>>;
