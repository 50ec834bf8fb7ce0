import type { RedisScriptClient } from '@a2a-redis/core/shared';
import { fromIoredis, type Ioredis } from '@a2a-redis/ioredis';
import * as io6 from 'ioredis';
import * as io5 from 'ioredis-v5';
import * as iovalkey from 'iovalkey';
import * as v6 from 'redis';
import * as v5 from 'redis-v5';

import { SlotProxy } from './slot-proxy.ts';

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

/** Replies as an application may want them that stores bytes, too. */
const BUFFERS = {
  commandOptions: {
    typeMapping: { [v6.RESP_TYPES.BLOB_STRING]: Buffer, [v6.RESP_TYPES.SIMPLE_STRING]: Buffer },
  },
};

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
    'redis 6, buffers': ({ url }) => connected(v6.createClient({ url, ...BUFFERS })),
    'redis 5, buffers': ({ url }) => connected(v5.createClient({ url, RESP: 3, ...BUFFERS })),
    'redis 6, pool': ({ url }) => connected(v6.createClientPool({ url }, { maximum: 4 })),
    'redis 5, pool': ({ url }) => connected(v5.createClientPool({ url }, { maximum: 4 })),
    'redis 6, cluster': (servers) => connected(v6.createCluster({ rootNodes: nodesOf(servers) })),
    'redis 5, cluster': (servers) => connected(v5.createCluster({ rootNodes: nodesOf(servers) })),
    'redis 6, one address of a cluster': (servers) =>
      throughProxy(servers, (url) => connected(v6.createClient({ url }))),
    'redis 5, one address of a cluster': (servers) =>
      throughProxy(servers, (url) => connected(v5.createClient({ url }))),
    'ioredis 6': async ({ url }) => bridged(new io6.Redis(url)),
    'ioredis 5': async ({ url }) => bridged(new io5.Redis(url)),
    iovalkey: async ({ url }) => bridged(new iovalkey.Redis(url)),
    'ioredis 6, cluster': async ({ clusterUrls }) => bridged(new io6.Cluster([...clusterUrls])),
    'ioredis 5, cluster': async ({ clusterUrls }) => bridged(new io5.Cluster([...clusterUrls])),
    'iovalkey, cluster': async ({ clusterUrls }) => bridged(new iovalkey.Cluster([...clusterUrls])),
    'ioredis 6, one address of a cluster': (servers) =>
      throughProxy(servers, async (url) => bridged(new io6.Redis(url))),
  };

/** Where sentinels are, and what they watch. */
export interface TestSentinels {
  /** The name under which the sentinels know the primary. */
  readonly name: string;
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
}

/** The kinds that reach a server through sentinels. Apart, as they need servers of their own. */
export const SENTINEL_KINDS: Readonly<
  Record<string, (sentinels: TestSentinels) => Promise<OpenClient>>
> = {
  'redis 6, sentinel': ({ name, addresses }) =>
    connected(v6.createSentinel({ name, sentinelRootNodes: [...addresses] })),
  'redis 5, sentinel': ({ name, addresses }) =>
    connected(v5.createSentinel({ name, sentinelRootNodes: [...addresses] })),
  'ioredis 6, sentinel': async ({ name, addresses }) =>
    bridged(new io6.Redis({ name, sentinels: [...addresses] })),
  'ioredis 5, sentinel': async ({ name, addresses }) =>
    bridged(new io5.Redis({ name, sentinels: [...addresses] })),
  'iovalkey, sentinel': async ({ name, addresses }) =>
    bridged(new iovalkey.Redis({ name, sentinels: [...addresses] })),
};

function nodesOf({ clusterUrls }: TestServers): { url: string }[] {
  return clusterUrls.map((url) => ({ url }));
}

/** A plain client of all nodes, as servers are rented that hide theirs. */
async function throughProxy(
  { clusterUrls }: TestServers,
  connect: (url: string) => Promise<OpenClient>,
): Promise<OpenClient> {
  const proxy = await SlotProxy.start(clusterUrls);
  const client = await connect(proxy.url);
  const close = client.close.bind(client);
  client.close = async () => {
    await close();
    await proxy[Symbol.asyncDispose]();
  };
  return client;
}

async function connected<T extends { connect(): Promise<unknown> }>(client: T): Promise<T> {
  await client.connect();
  return client;
}

/** It connects by itself. */
function bridged(client: Ioredis & { quit(): Promise<unknown> }): OpenClient {
  return Object.assign(fromIoredis(client), {
    close: async () => client.quit(),
  });
}
