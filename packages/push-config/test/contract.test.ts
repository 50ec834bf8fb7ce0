import { describePushNotificationStoreContract } from '@a2a-redis-internal/contract';
import {
  type RedisCluster,
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import type { RedisScriptClient } from '@a2a-redis/core/kernel';
import { createClient, createClientPool, createCluster } from 'redis';
import {
  createClient as createClientV5,
  createClientPool as createClientPoolV5,
  createCluster as createClusterV5,
} from 'redis-v5';
import { afterAll, beforeAll, describe } from 'vitest';

import { RedisPushNotificationConfigStore, type PushConfigEncryption } from '../src/index.ts';
import { newPrefix } from './support.ts';

interface OpenClient extends RedisScriptClient {
  close(): Promise<unknown>;
}

let server: RedisServer;
let cluster: RedisCluster;

beforeAll(async () => {
  [server, cluster] = await Promise.all([startRedisServer(), startRedisCluster()]);
});

afterAll(async () => {
  await Promise.all([server.stop(), cluster.stop()]);
});

const rootNodes = (): { url: string }[] => cluster.urls.map((url) => ({ url }));

// No cast: every client, as its own library types it, is a client for the store.
const CLIENTS: Readonly<Record<string, () => Promise<OpenClient>>> = {
  'redis 6, RESP3': () => connected(createClient({ url: server.url })),
  'redis 6, RESP2': () => connected(createClient({ url: server.url, RESP: 2 })),
  'redis 5, RESP3': () => connected(createClientV5({ url: server.url, RESP: 3 })),
  'redis 5, RESP2': () => connected(createClientV5({ url: server.url })),
  'redis 6, pool': () => connected(createClientPool({ url: server.url }, { maximum: 4 })),
  'redis 5, pool': () => connected(createClientPoolV5({ url: server.url }, { maximum: 4 })),
  'redis 6, cluster': () => connected(createCluster({ rootNodes: rootNodes() })),
  'redis 5, cluster': () => connected(createClusterV5({ rootNodes: rootNodes() })),
};

async function connected<T extends { connect(): Promise<unknown> }>(client: T): Promise<T> {
  await client.connect();
  return client;
}

function describeStoreOn(name: string, encryption?: PushConfigEncryption): void {
  const open = CLIENTS[name];
  describe(`on ${name}`, () => {
    let client: OpenClient;
    beforeAll(async () => {
      if (open === undefined) throw new TypeError(`No client is called ${name}.`);
      client = await open();
    });
    afterAll(() => client.close());

    describePushNotificationStoreContract(
      'RedisPushNotificationConfigStore',
      (ownerResolver) =>
        new RedisPushNotificationConfigStore(client, {
          prefix: newPrefix(),
          ownerResolver,
          encryption,
        }),
      { deleteWithoutConfigId: 'all' },
    );
  });
}

for (const name of Object.keys(CLIENTS)) describeStoreOn(name);

describe('encrypted', () => {
  describeStoreOn('redis 6, RESP3', { keys: [{ id: 'k1', key: new Uint8Array(32).fill(1) }] });
});
