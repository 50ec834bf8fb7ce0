import { randomUUID } from 'node:crypto';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { errorOf } from '../../test/error-of.ts';
import { NODE_REDIS_VERSIONS, type TestClient } from '../../test/node-redis-versions.ts';
import { ScriptRunner } from './script-runner.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(async () => server.stop());

describe.each(NODE_REDIS_VERSIONS)('a command of a ScriptRunner on $label', (version) => {
  let client: TestClient;
  beforeAll(async () => {
    client = version.createClient({ url: server.url });
    await client.connect();
  });
  afterAll(() => void client.destroy());

  it('is sent as such, by pools as well', async () => {
    const pool = version.createPool(
      { url: server.url },
      { minimum: 1, maximum: 2, acquireTimeout: 1000 },
    );
    await pool.connect();
    const key = randomUUID();
    expect(await new ScriptRunner(client).command(['SET', key, 'v'])).toBe('OK');
    expect(await new ScriptRunner(pool).command(['GET', key])).toBe('v');
    await pool.close();
  });

  it('fails as a script does, with the command in the detail', async () => {
    const runner = new ScriptRunner(client);
    const key = randomUUID();
    await runner.command(['SET', key, 'v']);
    const error = await errorOf(runner.command(['HGET', key, 'f']));
    expect([error.code, error.detail]).toEqual([
      'COMMAND_FAILED',
      expect.stringMatching(`^Command HGET on "${key}" failed: WRONGTYPE `),
    ]);
  });

  it('waits no longer than a script does', async () => {
    const runner = new ScriptRunner(client, 50);
    const error = await errorOf(runner.command(['BLPOP', randomUUID(), '1']));
    expect([error.code, error.message]).toEqual([
      'DEADLINE_EXCEEDED',
      'A call to Redis within 50 ms: no answer in time.',
    ]);
  });
});

it('needs a client that sends commands', async () => {
  const client = { evalSha: async () => 1, eval: async () => 1 };
  const error = await errorOf(new ScriptRunner(client).command(['PING']));
  expect([error.code, error.message]).toEqual([
    'INVALID_OPTION',
    expect.stringContaining('not an object without `sendCommand`'),
  ]);
});
