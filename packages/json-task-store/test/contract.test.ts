import {
  CLIENT_KINDS,
  CONTRACT_KINDS,
  newPrefix,
  type OpenClient,
} from '@a2a-redis-internal/redis-clients';
import { describeTaskStoreContract } from '@a2a-redis-internal/contract';
import { CAPABILITIES } from '@a2a-redis-internal/contract/redis-task-stores';
import type { TaskStore } from '@a2a-js/sdk/server';
import { afterAll, beforeAll } from 'vitest';

import { RedisJSONTaskStore } from '../src/index.ts';
import { describeWithJson, describeWithJsonCluster } from './servers.ts';

function describeOn(name: string, declare: (client: () => OpenClient) => void): void {
  const declareAt = (server: { readonly url: string }): void => {
    let client: OpenClient | undefined;
    beforeAll(async () => {
      const { url } = server;
      client = await CLIENT_KINDS[name]?.({ url, clusterUrls: [url] });
    });
    afterAll(async () => {
      await client?.close();
    });
    declare(() => {
      if (client === undefined) throw new TypeError(`There is no client ${name}.`);
      return client;
    });
  };
  if (name.includes('cluster')) describeWithJsonCluster(name, (url) => declareAt({ url }));
  else describeWithJson(name, declareAt);
}

for (const name of CONTRACT_KINDS) {
  describeOn(name, (client) => {
    describeTaskStoreContract(
      'RedisJSONTaskStore',
      (ownerResolver) => new RedisJSONTaskStore(client(), { prefix: newPrefix(), ownerResolver }),
      CAPABILITIES,
    );
  });
}

for (const name of ['redis 6, RESP3', 'redis 6, cluster']) {
  describeOn(name, (client) => {
    describeTaskStoreContract(
      'RedisJSONTaskStore without room to remember a task',
      (ownerResolver) =>
        new RedisJSONTaskStore(client(), { prefix: newPrefix(), ownerResolver, cacheMaxBytes: 1 }),
      CAPABILITIES,
    );
  });
}

describeOn('redis 6, RESP3', (client) => {
  // Nothing that was saved is known: all that is loaded went through the server. Nor is it known that
  // a task was loaded, so that a save overwrites.
  describeTaskStoreContract(
    'RedisJSONTaskStore, another for each call,',
    (ownerResolver) => {
      const prefix = newPrefix();
      const next = (): TaskStore => new RedisJSONTaskStore(client(), { prefix, ownerResolver });
      return {
        save: (task, context) => next().save(task, context),
        load: (taskId, context) => next().load(taskId, context),
        list: (params, context) => next().list(params, context),
      };
    },
    { ...CAPABILITIES, mergesLateWrites: false, keepsTerminalStates: false },
  );
});
