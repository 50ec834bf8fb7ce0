import {
  createClient,
  type RedisClientPoolType,
  type RedisClientType,
  type RedisClusterType,
  type RedisSentinelType,
} from 'redis';
import type { RedisClientOptions as Redis5Options } from 'redis-v5';
import { describe, expect, expectTypeOf, it } from 'vitest';

import type { RedisCredentialsProvider } from '../credentials/connection-credentials.ts';
import type { RedisScriptClient } from '../redis/script-client.ts';
import type { RedisClient, RedisCluster, RedisPool, RedisSentinel } from './client-types.ts';
import { RedisConnectionManager } from './connection-manager.ts';
import { createRedisClient } from './create-redis-client.ts';
import type { PingableClient } from './ping.ts';

type ProviderOfRedis5 = NonNullable<Redis5Options['credentialsProvider']>;

const url = 'redis://localhost:6379';
const node = { host: 'localhost', port: 26_379 };
const sentinel = { name: 'main', rootNodes: [node] };

/** As `@redis/entraid` 5 and 6 declare theirs, which have more members. */
interface EntraIdProvider {
  readonly type: 'streaming-credentials-provider';
  subscribe(listener: {
    onNext: (credentials: { username?: string; password?: string }) => void;
    onError: (error: Error) => void;
  }): Promise<[{ username?: string; password?: string }, { dispose(): void }]>;
  onReAuthenticationError: (error: Error) => void;
  hasActiveSubscriptions(): boolean;
}

/** Never called: its types are the test. */
async function typesOfCredentials(entraId: EntraIdProvider): Promise<void> {
  expectTypeOf(entraId).toExtend<RedisCredentialsProvider>();
  expectTypeOf<RedisCredentialsProvider>().toEqualTypeOf<ProviderOfRedis5>();
  expectTypeOf(
    await createRedisClient({ url, credentialsProvider: entraId }),
  ).toEqualTypeOf<RedisClient>();
}

/** Never called: its types are the test. */
async function typesOfCreateRedisClient(size: number): Promise<void> {
  expectTypeOf(await createRedisClient()).toEqualTypeOf<RedisClientType>();
  expectTypeOf(await createRedisClient({ url })).toEqualTypeOf<RedisClientType>();
  expectTypeOf(
    await createRedisClient({ url: process.env['REDIS_URL'] }),
  ).toEqualTypeOf<RedisClient>();
  expectTypeOf(await createRedisClient({ maxConnections: 1 })).toEqualTypeOf<RedisClient>();
  expectTypeOf(await createRedisClient({ url, RESP: 2 })).toEqualTypeOf<RedisClient<2>>();
  expectTypeOf(await createRedisClient({ maxConnections: 5 })).toEqualTypeOf<RedisPool>();
  expectTypeOf(await createRedisClient({ maxConnections: 5 })).toEqualTypeOf<RedisClientPoolType>();
  expectTypeOf(await createRedisClient({ maxConnections: 5, RESP: 3 })).toEqualTypeOf<
    RedisPool<3>
  >();
  expectTypeOf(await createRedisClient({ maxConnections: size })).toEqualTypeOf<
    RedisClient | RedisPool
  >();
  expectTypeOf(await createRedisClient({ cluster: [url] })).toEqualTypeOf<RedisClusterType>();
  expectTypeOf(await createRedisClient({ cluster: { rootNodes: [node] }, RESP: 2 })).toEqualTypeOf<
    RedisCluster<2>
  >();
  expectTypeOf(await createRedisClient({ sentinel })).toEqualTypeOf<RedisSentinelType>();
  expectTypeOf(
    await createRedisClient({ sentinel, maxConnections: 2 }),
  ).toEqualTypeOf<RedisSentinel>();

  // @ts-expect-error -- a mistyped option
  await createRedisClient({ maxConections: 5 });
  // @ts-expect-error -- a cluster has one database
  await createRedisClient({ cluster: [url], database: 1 });
  // @ts-expect-error -- a URL or a cluster
  await createRedisClient({ cluster: [url], url });
  // @ts-expect-error -- there is no such protocol
  await createRedisClient({ RESP: 4 });
}

/** Never called. */
async function typesOfConnectionManager(): Promise<void> {
  const plain = new RedisConnectionManager({ url });
  expectTypeOf(await plain.get()).toEqualTypeOf<RedisClient>();
  expectTypeOf(await plain.duplicate()).toEqualTypeOf<RedisClient>();
  plain.adopt(createClient());
  expectTypeOf(await new RedisConnectionManager().get()).toEqualTypeOf<RedisClient>();
  const pooled = new RedisConnectionManager({ url, maxConnections: 5, RESP: 2 });
  expectTypeOf(await pooled.get()).toEqualTypeOf<RedisPool<2>>();
  expectTypeOf(await pooled.duplicate()).toEqualTypeOf<RedisClient<2>>();
  const clustered = new RedisConnectionManager({ cluster: [url] });
  expectTypeOf(await clustered.get()).toEqualTypeOf<RedisCluster>();
  expectTypeOf(await clustered.duplicate()).toEqualTypeOf<RedisCluster>();
  const watched = new RedisConnectionManager({ sentinel });
  expectTypeOf(await watched.get()).toEqualTypeOf<RedisSentinel>();
}

describe('types of clients', () => {
  it('follow the options, as the compiler has checked', () => {
    const checked = [typesOfCreateRedisClient, typesOfCredentials, typesOfConnectionManager];
    expect(checked).toHaveLength(3);
  });

  it('fit the stores and the health monitor', () => {
    type Any = RedisClient | RedisPool | RedisCluster | RedisSentinel;
    expectTypeOf<Any>().toExtend<RedisScriptClient>();
    expectTypeOf<RedisClient<2> | RedisPool<3>>().toExtend<RedisScriptClient>();
    expectTypeOf<Any>().toExtend<PingableClient>();
    expect(true).toBe(true);
  });
});
