import type { RedisServer, RedisServerOptions, RedisServerSource } from './redis-server.ts';

/** Why a way gives no server on this machine. */
export interface Unavailable {
  readonly unavailable: string;
}

/**
 * One way to get a server: a server, or why there is none in this way, so that the next is tried.
 * A server that is there and cannot be started is neither; that is thrown.
 */
export type Way = (options: RedisServerOptions) => Promise<RedisServer | Unavailable>;

/** A way and why it is left out, if it is. */
export interface PlannedWay {
  readonly source: RedisServerSource;
  readonly refusal?: string | undefined;
}
