import {
  CLIENT_KINDS,
  CONTRACT_KINDS,
  newPrefix,
  type OpenClient,
} from '@a2a-redis-internal/redis-clients';
import { describePushNotificationStoreContract } from '@a2a-redis-internal/contract';
import {
  type RedisCluster,
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe } from 'vitest';

import { RedisPushNotificationConfigStore, type PushConfigEncryption } from '../src/index.ts';

let server: RedisServer;
let cluster: RedisCluster;

beforeAll(async () => {
  [server, cluster] = await Promise.all([startRedisServer(), startRedisCluster()]);
});

afterAll(async () => {
  await Promise.all([server.stop(), cluster.stop()]);
});

function describeStoreOn(name: string, encryption?: PushConfigEncryption): void {
  const open = CLIENT_KINDS[name];
  describe(`on ${name}`, () => {
    let client: OpenClient;
    beforeAll(async () => {
      if (open === undefined) throw new TypeError(`No client is called ${name}.`);
      client = await open({ url: server.url, clusterUrls: cluster.urls });
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

for (const name of CONTRACT_KINDS) describeStoreOn(name);

describe('encrypted', () => {
  describeStoreOn('redis 6, RESP3', { keys: [{ id: 'k1', key: new Uint8Array(32).fill(1) }] });
});
