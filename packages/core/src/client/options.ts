import type { ConnectionOptions } from 'node:tls';

import type { RedisCredentialsProvider } from '../credentials/connection-credentials.ts';
import type { RespVersion } from './client-types.ts';

/** What every kind of connection takes. */
export interface RedisCommonOptions<RESP extends RespVersion | undefined> {
  /**
   * ACL user. Refused when the URL names one too.
   * @default the server's `default` user
   */
  readonly username?: string | undefined;
  /**
   * Password. Refused when the URL holds one too. Never part of a message.
   * @default none
   */
  readonly password?: string | undefined;
  /**
   * Gives username and password in place of the two options, anew for each connection: a password that is rotated, a
   * token of Entra ID or IAM. In node-redis's own form, of which `@redis/entraid` makes some; one that streams tells
   * connections to authenticate again. A password that the server does not take (yet), or a provider that fails, is
   * waited for: by the first connect up to `connectTimeoutMs`, later by each call up to its own deadline.
   * @default none
   */
  readonly credentialsProvider?: RedisCredentialsProvider | undefined;
  /**
   * TLS: `true` for Node's own trust store, or options of `tls.connect` (`ca`, `cert`, `key`,
   * `servername`, ...). Refused with a `redis://` URL, because that says the opposite.
   * @default on for `rediss://`, off otherwise
   */
  readonly tls?: true | ConnectionOptions | undefined;
  /**
   * Name of the connections in `CLIENT LIST`: printable ASCII without spaces.
   * @default `@a2a-redis/core:<pid>`, so that an operator finds the process behind a connection
   */
  readonly name?: string | undefined;
  /**
   * Protocol version.
   * @default that of the installed node-redis: 2 for version 5, 3 for version 6
   */
  readonly RESP?: RESP | undefined;
  /**
   * How long `createRedisClient` may take over all attempts, in milliseconds; and how long one
   * later attempt to open a socket may take.
   * @default 5000, so that a wrong address shows at the start of a process and not at its first call
   */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * How long a command waits to be written, and for a free connection of a pool, in milliseconds;
   * then it is rejected, unsent. It does not limit a command that was written: node-redis cannot
   * take that back. Limit those with `safeRedisOperation` or `redisRetry`.
   * @default 5000, as in node-redis 6; version 5 waits for ever
   */
  readonly commandTimeoutMs?: number | undefined;
  /**
   * How many commands one connection holds, unwritten and unanswered together. One more is
   * rejected. Has no effect with a database other than 0, where only `commandTimeoutMs` limits the
   * queue: node-redis that reconnects with a full queue cannot select the database, and runs the
   * waiting commands in database 0.
   * @default 10000, so that an outage fills memory to a limit
   */
  readonly commandsQueueMaxLength?: number | undefined;
  /**
   * Time between PINGs of an idle connection, in milliseconds; 0 for none.
   * @default 10000, less than the idle limits of common load balancers
   */
  readonly pingIntervalMs?: number | undefined;
  /**
   * A socket without traffic for this long is taken for dead and replaced, in milliseconds; 0 for
   * never. Must be longer than `pingIntervalMs`, and than any blocking command (`BLPOP`, `XREAD
   * BLOCK`) of this client.
   * @default 30000, because no reply to a PING is otherwise noticed by nobody
   */
  readonly socketTimeoutMs?: number | undefined;
  /**
   * Called with each connection error after the first connect. The client reconnects by itself.
   * @default a process warning, once for each distinct message
   */
  readonly onError?: ((error: Error) => void) | undefined;
}

interface RedisServerOptions<
  RESP extends RespVersion | undefined,
> extends RedisCommonOptions<RESP> {
  /**
   * `redis://[[user]:password@]host[:port][/database]`, `rediss://` for TLS, or
   * `unix://[[user]:password@]/path[?db=number]`.
   * @default `redis://localhost:6379`
   */
  readonly url?: string | undefined;
  /**
   * Database number. Refused when the URL names one too.
   * @default 0
   */
  readonly database?: number | undefined;
  /**
   * Makes a cluster client; see {@link RedisClusterOptions}.
   * @default none
   */
  readonly cluster?: undefined;
  /**
   * Makes a sentinel client; see {@link RedisSentinelOptions}.
   * @default none
   */
  readonly sentinel?: undefined;
}

/** One server, one connection. */
export interface RedisClientOptions<
  RESP extends RespVersion | undefined = RespVersion | undefined,
> extends RedisServerOptions<RESP> {
  /**
   * More than 1 makes a pool; see {@link RedisPoolOptions}.
   * @default 1
   */
  readonly maxConnections?: 1 | undefined;
}

/** One server, several connections. */
export interface RedisPoolOptions<
  RESP extends RespVersion | undefined = RespVersion | undefined,
  N extends number = number,
> extends RedisServerOptions<RESP> {
  /**
   * Connections of the pool, all opened at once and kept; 1 makes a plain client. A plain client
   * pipelines and is enough for scripts; a pool is for blocking commands and transactions.
   * @default 1
   */
  readonly maxConnections: N;
}

/** Host and port of a node. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Addresses as nodes announce them (`host:port`), to those under which this process reaches them.
 */
export type RedisAddressMap = Readonly<Record<string, RedisAddress>>;

/** A Redis Cluster. */
export interface RedisClusterOptions<
  RESP extends RespVersion | undefined = RespVersion | undefined,
> extends RedisCommonOptions<RESP> {
  /**
   * Some nodes of the cluster (three are enough): `redis://` or `rediss://` URLs, as a list, or as
   * `rootNodes` beside other settings. Credentials in a URL apply to every node.
   */
  readonly cluster: readonly string[] | RedisClusterTopology;
  readonly url?: undefined;
  readonly database?: undefined;
  readonly maxConnections?: undefined;
  readonly sentinel?: undefined;
}

/** Where a cluster is found. */
export interface RedisClusterTopology {
  /** Some of its nodes, as URLs or as host and port. */
  readonly rootNodes: readonly (string | RedisAddress)[];
  /**
   * Where this process reaches nodes that announce themselves under other addresses.
   * @default none
   */
  readonly nodeAddressMap?: RedisAddressMap | undefined;
}

/** A server that Redis Sentinel watches. */
export interface RedisSentinelOptions<
  RESP extends RespVersion | undefined = RespVersion | undefined,
> extends RedisCommonOptions<RESP> {
  /** The sentinels, and the name of what they watch. */
  readonly sentinel: RedisSentinelTopology;
  /**
   * Database number.
   * @default 0
   */
  readonly database?: number | undefined;
  /**
   * Connections to the master for `acquire()` and `use()`. All other commands share one more.
   * @default 1
   */
  readonly maxConnections?: number | undefined;
  readonly url?: undefined;
  readonly cluster?: undefined;
}

/** Where sentinels are found, and what they watch. */
export interface RedisSentinelTopology {
  /** The name under which the sentinels know the master. */
  readonly name: string;
  /** Some of the sentinels. */
  readonly rootNodes: readonly RedisAddress[];
  /**
   * ACL user at the sentinels; `username` is the one at the servers.
   * @default none
   */
  readonly username?: string | undefined;
  /**
   * Password at the sentinels; `password` is the one at the servers.
   * @default none
   */
  readonly password?: string | undefined;
  /**
   * Where this process reaches nodes that the sentinels know under other addresses.
   * @default none
   */
  readonly nodeAddressMap?: RedisAddressMap | undefined;
}

/** What {@link createRedisClient} takes. */
export type CreateRedisClientOptions =
  | RedisClientOptions
  | RedisPoolOptions
  | RedisClusterOptions
  | RedisSentinelOptions;
