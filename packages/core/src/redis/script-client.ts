import { requireClient } from '../shared/require-client.ts';

/** Keys and arguments of a script call, as node-redis takes them. */
export interface ScriptCallOptions {
  /**
   * Every key that the script touches.
   * @default none
   */
  keys?: string[];
  /**
   * Its other arguments.
   * @default none
   */
  arguments?: string[];
}

/** What a client is connected to: one server, the one that sentinels name, or a cluster. */
export type Topology = 'server' | 'sentinel' | 'cluster';

/**
 * What the stores need from a Redis client: nothing but script calls, so that a client, a pool, a
 * cluster or a sentinel of node-redis 5 or 6, with RESP2 or RESP3, fits without a cast.
 */
export interface RedisScriptClient {
  /**
   * What it is connected to.
   * @default what the kind of a node-redis client tells; `server` for anything else
   */
  readonly topology?: Topology | undefined;
  /** [EVALSHA](https://redis.io/docs/latest/commands/evalsha/). */
  evalSha(sha1: string, options?: ScriptCallOptions): Promise<unknown>;
  /** [EVAL](https://redis.io/docs/latest/commands/eval/), sent only after a `NOSCRIPT`. */
  eval(script: string, options?: ScriptCallOptions): Promise<unknown>;
  /**
   * [EVALSHA_RO](https://redis.io/docs/latest/commands/evalsha_ro/), which a client with `useReplicas`, and some rented
   * servers, hand to a replica. Called only where an answer may be behind.
   * @default all is asked of the primary
   */
  evalShaRo?(sha1: string, options?: ScriptCallOptions): Promise<unknown>;
  /**
   * [EVAL_RO](https://redis.io/docs/latest/commands/eval_ro/), sent only after a `NOSCRIPT`: replicas keep scripts of
   * their own.
   * @default as `evalShaRo`
   */
  evalRo?(script: string, options?: ScriptCallOptions): Promise<unknown>;
}

/**
 * Refuses what is no such client.
 *
 * @throws {A2ARedisError} `INVALID_OPTION`, which says what to pass.
 */
export function requireScriptClient(client: unknown): void {
  requireClient(client, 'client', ['evalSha', 'eval']);
}

/** Whether this is node-redis's sentinel client: only that has a `getSentinelNode` lookup. */
export function isNodeRedisSentinel(client: object): boolean {
  return 'getSentinelNode' in client;
}

/**
 * What a client is connected to. node-redis gives its cluster client, and only that, a `masters` list and a
 * `nodeClient` lookup; other clients than its own say it.
 */
export function topologyOf(client: RedisScriptClient): Topology {
  if (client.topology !== undefined) return client.topology;
  if ('nodeClient' in client && 'masters' in client) return 'cluster';
  return isNodeRedisSentinel(client) ? 'sentinel' : 'server';
}

/** Whether keys with different hash tags may live on different servers. */
export function isClusterClient(client: RedisScriptClient): boolean {
  return topologyOf(client) === 'cluster';
}
