import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { redisDoctor } from '@a2a-redis/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { fromIoredis } from '../src/index.ts';
import { DRIVERS, placeOf } from './drivers.ts';

let server: RedisServer;

beforeAll(async () => {
  server = await startRedisServer({ exclusive: true });
});
afterAll(async () => {
  await server.stop();
});

describe.each(DRIVERS)('the doctor, over a client of $label', ({ connect }) => {
  it('is told all that a server says, whatever the options of the client', async () => {
    const client = connect({
      ...placeOf(server),
      lazyConnect: true,
      stringNumbers: true,
      keyPrefix: 'app:',
      enableAutoPipelining: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: null,
    });
    await client.connect();
    const { findings, server: found } = await redisDoctor(fromIoredis(client));
    client.disconnect();
    expect(found).toMatchObject({
      redisVersion: server.version,
      layout: 'single',
      user: 'default',
      nodes: [{ role: 'primary', usedMemoryBytes: expect.any(Number) }],
    });
    expect(findings.filter(({ severity }) => severity === 'unknown')).toEqual([]);
  });
});
