import type { RedisScriptClient } from '@a2a-redis/core/kernel';
import * as v6 from 'redis';
import * as v5 from 'redis-v5';

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

/**
 * Every kind of client that a store takes. No cast: each, as its own library types it, is a client
 * for the store.
 */
export const CLIENT_KINDS: Readonly<Record<string, (servers: TestServers) => Promise<OpenClient>>> =
  {
    'redis 6, RESP3': ({ url }) => connected(v6.createClient({ url })),
    'redis 6, RESP2': ({ url }) => connected(v6.createClient({ url, RESP: 2 })),
    'redis 5, RESP3': ({ url }) => connected(v5.createClient({ url, RESP: 3 })),
    'redis 5, RESP2': ({ url }) => connected(v5.createClient({ url })),
    'redis 6, pool': ({ url }) => connected(v6.createClientPool({ url }, { maximum: 4 })),
    'redis 5, pool': ({ url }) => connected(v5.createClientPool({ url }, { maximum: 4 })),
    'redis 6, cluster': (servers) => connected(v6.createCluster({ rootNodes: nodesOf(servers) })),
    'redis 5, cluster': (servers) => connected(v5.createCluster({ rootNodes: nodesOf(servers) })),
  };

function nodesOf({ clusterUrls }: TestServers): { url: string }[] {
  return clusterUrls.map((url) => ({ url }));
}

async function connected<T extends { connect(): Promise<unknown> }>(client: T): Promise<T> {
  await client.connect();
  return client;
}
