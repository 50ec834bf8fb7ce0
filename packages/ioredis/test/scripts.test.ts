import {
  type RedisCluster,
  type RedisSentinel,
  type RedisServer,
  startRedisCluster,
  startRedisSentinel,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import { defineScript, ScriptRunner } from '@a2a-redis/core/shared';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { fromIoredis, type Ioredis } from '../src/index.ts';
import { type Driver, DRIVERS, placeOf, watchedBy } from './drivers.ts';

let server: RedisServer;
let cluster: RedisCluster;
let sentinels: RedisSentinel;

beforeAll(async () => {
  [server, cluster, sentinels] = await Promise.all([
    startRedisServer(),
    startRedisCluster(),
    startRedisSentinel(),
  ]);
});
afterAll(async () => {
  await Promise.all([server.stop(), cluster.stop(), sentinels.stop()]);
});

/** Options that change what ioredis does with a call, or makes of its reply. */
const CLIENTS: Readonly<Record<string, (driver: Driver) => Ioredis>> = {
  'a client': ({ connect }) => connect(placeOf(server)),
  'a client without an offline queue': ({ connect }) =>
    connect({ ...placeOf(server), enableOfflineQueue: false }),
  'a client that connects at its first command': ({ connect }) =>
    connect({ ...placeOf(server), lazyConnect: true }),
  'a client whose integers are strings': ({ connect }) =>
    connect({ ...placeOf(server), stringNumbers: true }),
  'a client that pipelines by itself': ({ connect }) =>
    connect({ ...placeOf(server), enableAutoPipelining: true }),
  'a client of sentinels': ({ connect }) => connect(watchedBy(sentinels)),
  'a cluster client': ({ connectCluster }) => connectCluster(cluster.urls),
  'a cluster client that connects at its first command': ({ connectCluster }) =>
    connectCluster(cluster.urls, { lazyConnect: true }),
  'a cluster client whose integers are strings': ({ connectCluster }) =>
    connectCluster(cluster.urls, { redisOptions: { stringNumbers: true } }),
  'a cluster client that pipelines by itself': ({ connectCluster }) =>
    connectCluster(cluster.urls, { enableAutoPipelining: true }),
  'a cluster client that reads from replicas': ({ connectCluster }) =>
    connectCluster(cluster.urls, { scaleReads: 'slave' }),
};

const all = defineScript(
  'all',
  "return {KEYS[1], ARGV[1], #ARGV[1], false, {'in a list', -8}, redis.status_reply('OK')}",
);

async function expectPlainReplies(client: Ioredis): Promise<void> {
  const runner = new ScriptRunner(fromIoredis(client));
  // At once, and of all servers of a cluster.
  const keys = Array.from({ length: 30 }, (_, index) => `key ${index}`);
  const replies = await Promise.all(keys.map(async (key) => runner.run(all, [key], ['ä'])));
  expect(replies).toEqual(keys.map((key) => [key, 'ä', 2, null, ['in a list', -8], 'OK']));
  client.disconnect();
}

describe.each(DRIVERS)('replies of scripts are as scripts give them, by $label:', (driver) => {
  it.each(Object.entries(CLIENTS))('%s', async (_name, create) => {
    await expectPlainReplies(create(driver));
  });
});

it('replies of scripts are as scripts give them where maps are objects', async () => {
  await expectPlainReplies(new Redis({ ...placeOf(server), protocol: 3, replyMapping: 'resp3' }));
});

describe.each(DRIVERS)('$label', ({ connect, connectCluster }) => {
  it('finds the server of a key by itself', async () => {
    const client = connectCluster(cluster.urls);
    const runner = new ScriptRunner(fromIoredis(client));
    await runner.run(all, ['first'], ['']);
    const before = await redirections();
    for (let index = 0; index < 20; index += 1) await runner.run(all, [`{${index}}`], ['']);
    expect(await redirections()).toBe(before);
    client.disconnect();
  });

  it('puts its prefix before keys, once', async () => {
    const prefixed = [
      connect({ ...placeOf(server), keyPrefix: 'app:' }),
      connectCluster(cluster.urls, { keyPrefix: 'app:' }),
      connectCluster(cluster.urls, { redisOptions: { keyPrefix: 'app:' } }),
    ];
    for (const client of prefixed) {
      const runner = new ScriptRunner(fromIoredis(client));
      const reply = ['app:key', 'value', 5, null, ['in a list', -8], 'OK'];
      expect(await runner.run(all, ['key'], ['value'])).toEqual(reply);
      expect(fromIoredis(client).options).toEqual({ database: 0, keyPrefix: 'app:' });
      client.disconnect();
    }
  });

  it('tells its database, and what it is connected to', () => {
    const clients = [
      connect({ ...placeOf(server), lazyConnect: true }),
      connect({ ...placeOf(server), db: 3, lazyConnect: true }),
      connect({ ...watchedBy(sentinels), db: 3, lazyConnect: true }),
      connectCluster(cluster.urls, { lazyConnect: true }),
    ];
    const told = clients.map((client) => {
      const { topology, options } = fromIoredis(client);
      return [topology, options.database];
    });
    expect(told).toEqual([
      ['server', 0],
      ['server', 3],
      ['sentinel', 3],
      ['cluster', 0],
    ]);
  });
});

it('a URL tells the database', () => {
  const client = new Redis('redis://localhost/3', { lazyConnect: true });
  expect(fromIoredis(client).options.database).toBe(3);
});

/** How many calls the nodes have sent elsewhere. */
async function redirections(): Promise<number> {
  let count = 0;
  for (const url of cluster.urls) {
    const client = createClient({ url });
    await client.connect();
    const [, moved = '0'] =
      /errorstat_MOVED:count=(\d+)/.exec(await client.info('errorstats')) ?? [];
    count += Number(moved);
    client.destroy();
  }
  return count;
}
