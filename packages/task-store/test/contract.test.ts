import { describeTaskStoreContract } from '@a2a-redis-internal/contract';
import {
  type RedisCluster,
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import type { TaskStore } from '@a2a-js/sdk/server';
import type { RedisScriptClient } from '@a2a-redis/core/kernel';
import { createClient, createClientPool, createCluster } from 'redis';
import {
  createClient as createClientV5,
  createClientPool as createClientPoolV5,
  createCluster as createClusterV5,
} from 'redis-v5';
import { afterAll, beforeAll, describe } from 'vitest';

import { RedisTaskStore } from '../src/index.ts';
import { CAPABILITIES, newPrefix } from './support.ts';

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

function describeOn(name: string, declare: (client: () => OpenClient) => void): void {
  const open = CLIENTS[name];
  describe(name, () => {
    let client: OpenClient | undefined;
    beforeAll(async () => {
      client = await open?.();
    });
    afterAll(async () => {
      await client?.close();
    });
    declare(() => {
      if (client === undefined) throw new TypeError(`There is no client ${name}.`);
      return client;
    });
  });
}

for (const name of Object.keys(CLIENTS)) {
  describeOn(name, (client) => {
    describeTaskStoreContract(
      'RedisTaskStore',
      (ownerResolver) => new RedisTaskStore(client(), { prefix: newPrefix(), ownerResolver }),
      CAPABILITIES,
    );
  });
}

for (const name of ['redis 6, RESP3', 'redis 6, cluster']) {
  describeOn(name, (client) => {
    describeTaskStoreContract(
      'RedisTaskStore without room to remember a task',
      (ownerResolver) =>
        new RedisTaskStore(client(), { prefix: newPrefix(), ownerResolver, cacheMaxBytes: 1 }),
      CAPABILITIES,
    );
  });
}

describeOn('redis 6, RESP3', (client) => {
  // Nothing that was saved is known: all that is loaded went through Redis. Nor is it known that a
  // task was loaded, so that a save overwrites.
  describeTaskStoreContract(
    'RedisTaskStore, another for each call,',
    (ownerResolver) => {
      const prefix = newPrefix();
      const next = (): TaskStore => new RedisTaskStore(client(), { prefix, ownerResolver });
      return {
        save: (task, context) => next().save(task, context),
        load: (taskId, context) => next().load(taskId, context),
        list: (params, context) => next().list(params, context),
      };
    },
    { ...CAPABILITIES, mergesLateWrites: false, keepsTerminalStates: false },
  );
});
