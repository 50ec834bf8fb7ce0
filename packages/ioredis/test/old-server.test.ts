import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { A2ARedisError } from '@a2a-redis/core';
import { defineScript, ScriptRunner } from '@a2a-redis/core/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { fromIoredis } from '../src/index.ts';
import { DRIVERS, placeOf } from './drivers.ts';

const write = defineScript('write', "return redis.call('SET', KEYS[1], ARGV[1])");

/** What a server lacks of a version, and what that is told as. */
const OLD: Readonly<Record<string, string>> = {
  GETDEL: 'This Redis server is too old: Redis 6.2 or newer is needed, for a cluster 7, or Valkey.',
  EVALSHA:
    'This Redis server will not do: it runs no scripts, as EVAL and EVALSHA are disabled or renamed.',
};

describe.each(Object.entries(OLD))('a server without %s', (command, message) => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedisServer({ config: { 'rename-command': `${command} ""` } });
  });
  afterAll(async () => {
    await server.stop();
  });

  it.each(DRIVERS)('is named at the first call of $label, which writes nothing', async (driver) => {
    const client = driver.connect(placeOf(server));
    const runner = new ScriptRunner(fromIoredis(client));
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const error: unknown = await runner
        .run(write, ['k'], ['v'])
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(A2ARedisError);
      expect(error).toMatchObject({ code: 'SERVER_UNSUPPORTED', message });
    }
    expect(await client.call('DBSIZE')).toBe(0);
    client.disconnect();
  });
});
