import {
  CLIENT_KINDS,
  CONTRACT_KINDS,
  newPrefix,
  type OpenClient,
} from '@a2a-redis-internal/redis-clients';
import { describeTaskStoreContract } from '@a2a-redis-internal/contract';
import { CAPABILITIES } from '@a2a-redis-internal/contract/redis-task-stores';
import {
  type RedisCluster,
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import type { TaskStore } from '@a2a-js/sdk/server';
import { afterAll, beforeAll, describe } from 'vitest';

import { RedisTaskStore } from '../src/index.ts';

let server: RedisServer;
let cluster: RedisCluster;

beforeAll(async () => {
  [server, cluster] = await Promise.all([startRedisServer(), startRedisCluster()]);
});

afterAll(async () => {
  await Promise.all([server.stop(), cluster.stop()]);
});

function describeOn(name: string, declare: (client: () => OpenClient) => void): void {
  const open = CLIENT_KINDS[name];
  describe(name, () => {
    let client: OpenClient | undefined;
    beforeAll(async () => {
      client = await open?.({ url: server.url, clusterUrls: cluster.urls });
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

for (const name of CONTRACT_KINDS) {
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
