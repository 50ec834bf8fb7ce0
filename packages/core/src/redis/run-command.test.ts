import {
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { errorOf } from '../../test/error-of.ts';
import { NODE_REDIS_VERSIONS, type TestClient } from '../../test/node-redis-versions.ts';
import { runCommand } from './run-command.ts';
import { ScriptRunner } from './script-runner.ts';

describe.each(NODE_REDIS_VERSIONS)('runCommand on $label', (version) => {
  let server: RedisServer;
  let client: TestClient;
  let runner: ScriptRunner;

  beforeAll(async () => {
    // The test counts the scripts of the server.
    server = await startRedisServer({ exclusive: true });
    client = version.createClient({ url: server.url });
    client.on('error', () => {});
    await client.connect();
    runner = new ScriptRunner(client);
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  it('replies what the command replies, by one script for all commands', async () => {
    const replies = [
      await runCommand(runner, 'SET', 'k', ['v', 'EX', '1000']),
      await runCommand(runner, 'ZADD', 'z', ['5', 'b', '7', 'c']),
      await runCommand(runner, 'ZADD', 'z', ['5', 'b']),
      await runCommand(runner, 'ZREM', 'z', ['b']),
      await runCommand(runner, 'HGET', 'none', ['field']),
      await runCommand(runner, 'PTTL', 'none'),
      await runCommand(runner, 'DEL', 'k'),
    ];
    expect(replies).toEqual(['OK', 2, 0, 1, null, -2, 1]);
    const memory = String(await client.sendCommand(['INFO', 'memory']));
    expect(memory).toMatch(/^number_of_cached_scripts:2\r$/m);
  });

  it('names the command in an error', async () => {
    await client.sendCommand(['SET', 'text', 'v']);
    const error = await errorOf(runCommand(runner, 'HGET', 'text', ['field']));
    expect(error.code).toBe('COMMAND_FAILED');
    expect(error.message).toBe('Redis refused a call.');
    expect(error.detail?.startsWith('Script HGET on key "text" failed: WRONGTYPE ')).toBe(true);
  });

  it('reaches the node of the key', async () => {
    await using cluster = await startRedisCluster();
    const spread = version.createCluster(cluster.urls);
    spread.on('error', () => {});
    await spread.connect();
    const onCluster = new ScriptRunner(spread);
    // Slots 15495, 3300 and 7365: one on each of the three nodes.
    const keys = ['{a}', '{b}', '{c}'];
    for (const key of keys) await runCommand(onCluster, 'HSET', key, ['field', `of ${key}`]);
    const read = await Promise.all(
      keys.map((key) => runCommand(onCluster, 'HGET', key, ['field'])),
    );
    expect(read).toEqual(['of {a}', 'of {b}', 'of {c}']);
    await spread.close();
  });
});
