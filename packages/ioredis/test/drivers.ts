import type { RedisSentinel } from '@a2a-redis-internal/redis-server';
import * as v6 from 'ioredis';
import * as v5 from 'ioredis-v5';
import * as iovalkey from 'iovalkey';

import type { IoredisCluster, IoredisConnection } from '../src/index.ts';

/** Options that all of the libraries have, and tests use. */
export interface ConnectOptions {
  readonly host?: string;
  readonly port?: number;
  readonly name?: string;
  readonly sentinels?: { host: string; port: number }[];
  readonly db?: number;
  readonly password?: string;
  readonly keyPrefix?: string;
  readonly lazyConnect?: boolean;
  readonly stringNumbers?: boolean;
  readonly enableAutoPipelining?: boolean;
  readonly enableOfflineQueue?: boolean;
  readonly commandTimeout?: number;
  readonly autoResubscribe?: boolean;
  readonly maxRetriesPerRequest?: number | null;
  readonly retryStrategy?: () => number | null;
}

interface ClusterOptions {
  readonly keyPrefix?: string;
  readonly lazyConnect?: boolean;
  readonly enableAutoPipelining?: boolean;
  readonly scaleReads?: 'slave';
  readonly clusterRetryStrategy?: () => null;
  readonly redisOptions?: { readonly keyPrefix?: string; readonly stringNumbers?: boolean };
}

/** One of the libraries whose clients the package takes. No cast: each client fits as its library types it. */
export interface Driver {
  readonly label: string;
  readonly connect: (options: ConnectOptions) => IoredisConnection;
  readonly connectCluster: (urls: readonly string[], options?: ClusterOptions) => IoredisCluster;
}

export const DRIVERS: readonly Driver[] = [
  {
    label: 'ioredis 6',
    connect: (options) => quiet(new v6.Redis(options)),
    connectCluster: (urls, options) => quiet(new v6.Cluster([...urls], options)),
  },
  {
    label: 'ioredis 5',
    connect: (options) => quiet(new v5.Redis(options)),
    connectCluster: (urls, options) => quiet(new v5.Cluster([...urls], options)),
  },
  {
    label: 'iovalkey',
    connect: (options) => quiet(new iovalkey.Redis(options)),
    connectCluster: (urls, options) => quiet(new iovalkey.Cluster([...urls], options)),
  },
];

/** Where a server is, as options of ioredis. */
export function placeOf({ url }: { readonly url: string }): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

/** The server that sentinels name, as options of ioredis. */
export function watchedBy({ name, addresses }: RedisSentinel): {
  name: string;
  sentinels: { host: string; port: number }[];
} {
  return { name, sentinels: addresses.map((address) => ({ ...address })) };
}

/** Resolves once a client is connected. */
export async function connected<T extends { readonly status: string }>(
  client: T & { on(event: 'ready', listener: () => void): unknown },
): Promise<T> {
  if (client.status !== 'ready') {
    await new Promise<void>((resolve) => {
      client.on('ready', resolve);
    });
  }
  return client;
}

/** Without a listener, ioredis prints its errors. */
function quiet<T extends { on(event: 'error', listener: () => void): unknown }>(client: T): T {
  client.on('error', () => {});
  return client;
}
