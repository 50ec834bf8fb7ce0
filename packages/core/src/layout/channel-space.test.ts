import { startRedisSentinel, startRedisServer } from '@a2a-redis-internal/redis-server';
import * as v6 from 'redis';
import * as v5 from 'redis-v5';
import { describe, expect, it } from 'vitest';

import { createRedisClient } from '../client/create-redis-client.ts';
import { channelName, channelSpaceOf, MAIN_CHANNELS } from './channel-space.ts';

const url = 'redis://127.0.0.1:1/3';

describe('channelSpaceOf', () => {
  it('knows the database and the key prefix of a plain client', () => {
    const spaces = [
      v6.createClient(),
      v6.createClient({ url }),
      v6.createClient({ database: 3 }),
      v6.createClient({ database: 3 }).withTypeMapping({}),
      v5.createClient({ url }),
      v5.createClient({ database: 3 }),
      v6.createClient({ keyPrefix: 'app:' }),
      v6.createClient({ keyPrefix: Buffer.from('app:'), url }),
      v6.createCluster({ rootNodes: [] }),
    ].map((client) => channelName('a', channelSpaceOf(client, undefined)));
    expect(spaces).toEqual(['a', 'a:3', 'a:3', 'a:3', 'a:3', 'a:3', 'app:a', 'app:a:3', 'a']);
  });

  it('knows that of a pool by its subscriber', () => {
    const pools = [v6.createClientPool({ url }), v5.createClientPool({ url })];
    for (const pool of pools) {
      expect(channelSpaceOf(pool, undefined)).toEqual(MAIN_CHANNELS);
      expect(channelSpaceOf(pool, v6.createClient({ url }))).toEqual({ before: '', after: ':3' });
    }
  });

  it('knows that of pools and sentinels of its own', async () => {
    await using server = await startRedisServer();
    await using sentinels = await startRedisSentinel();
    const sentinel = { name: sentinels.name, rootNodes: [...sentinels.addresses] };
    const clients = await Promise.all([
      createRedisClient({ url: server.url, database: 3, maxConnections: 2 }),
      createRedisClient({ url: server.url, maxConnections: 2 }),
      createRedisClient({ sentinel, database: 3 }),
      createRedisClient({ sentinel }),
    ]);
    const spaces = clients.map((client) => channelName('a', channelSpaceOf(client, undefined)));
    expect(spaces).toEqual(['a:3', 'a', 'a:3', 'a']);
    for (const client of clients) await client.close();
  });
});
