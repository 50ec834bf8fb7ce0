import type { RedisScriptClient } from '@a2a-redis/core/shared';

/** A connected client that its test closes. */
export interface OpenClient extends RedisScriptClient {
  close(): Promise<unknown>;
}

/** What the clients connect to. */
export interface TestServers {
  /** The URL of a single server. */
  readonly url: string;
  /** The URLs of a cluster's nodes. */
  readonly clusterUrls: readonly string[];
}

/** Where sentinels are, and what they watch. */
export interface TestSentinels {
  /** The name under which the sentinels know the primary. */
  readonly name: string;
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
}
