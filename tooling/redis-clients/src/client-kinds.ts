import * as io6 from 'ioredis';
import * as io5 from 'ioredis-v5';
import * as iovalkey from 'iovalkey';
import * as v6 from 'redis';
import * as v5 from 'redis-v5';

import { bridged } from './bridged-client.ts';
import type { OpenClient, TestSentinels, TestServers } from './open-client.ts';
import { SlotProxy } from './slot-proxy.ts';

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

/** These differ from the others in how calls are sent, of which no store notices anything; queues run on all kinds. */
const SENT_OTHERWISE: ReadonlySet<string> = new Set([
  'ioredis 5, cluster',
  'iovalkey, cluster',
  'ioredis 6, one address of a cluster',
]);

/** The kinds that the contracts of stores are run on, of hundreds of tests each. */
export const CONTRACT_KINDS: readonly string[] = Object.keys(CLIENT_KINDS).filter(
  (kind) => !SENT_OTHERWISE.has(kind),
);

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
