import { isSentinelClient, sentinelSender } from './sentinel-sender.ts';

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

/**
 * What the stores need from a Redis client: nothing but script calls, so that a client, a pool, a
 * cluster or a sentinel of node-redis 5 or 6, with RESP2 or RESP3, fits without a cast.
 */
export interface RedisScriptClient {
  /** [EVALSHA](https://redis.io/docs/latest/commands/evalsha/). */
  evalSha(sha1: string, options?: ScriptCallOptions): Promise<unknown>;
  /** [EVAL](https://redis.io/docs/latest/commands/eval/), sent only after a `NOSCRIPT`. */
  eval(script: string, options?: ScriptCallOptions): Promise<unknown>;
}

/**
 * Whether keys with different hash tags may live on different servers.
 *
 * node-redis gives its cluster client, and only that, a `masters` list and a `nodeClient` lookup.
 */
export function isClusterClient(client: RedisScriptClient): boolean {
  return 'nodeClient' in client && 'masters' in client;
}

/** A single connection of node-redis, which tells whether it can send. */
interface SingleClient extends RedisScriptClient {
  readonly isReady: boolean;
  withCommandOptions(options: { timeout: undefined }): RedisScriptClient;
}

/** node-redis gives the client of a single connection, and only that, an `isPubSubActive` flag. */
function isSingleClient(client: RedisScriptClient): client is SingleClient {
  return 'isPubSubActive' in client && 'isReady' in client && 'withCommandOptions' in client;
}

/**
 * What to send the next call with.
 *
 * With a command timeout, which node-redis 6 sets by default, it makes an abort signal and a timer
 * for every command, to drop one that it could not write: a third of the processor time of a small
 * call. A connected client writes at once, so the timeout is left out then. Offline it stays, so
 * that calls do not pile up.
 */
export function callSender(client: RedisScriptClient): () => RedisScriptClient {
  if (isSentinelClient(client)) {
    const sender = sentinelSender(client);
    return () => sender;
  }
  if (!isSingleClient(client)) return () => client;
  const untimed = client.withCommandOptions({ timeout: undefined });
  return () => (client.isReady ? untimed : client);
}
