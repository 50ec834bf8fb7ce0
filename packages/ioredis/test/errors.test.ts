import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { redisRetry, safeRedisOperation } from '@a2a-redis/core';
import { defineScript, ScriptRunner } from '@a2a-redis/core/shared';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { fromIoredis, type IoredisConnection } from '../src/index.ts';
import { type ConnectOptions, connected, DRIVERS, placeOf } from './drivers.ts';

const setScript = defineScript('set', "return redis.call('SET', KEYS[1], ARGV[1])");

describe.each(DRIVERS)('faults of $label', ({ connect, connectCluster }) => {
  let server: RedisServer;
  const open: { disconnect(): unknown }[] = [];
  const opened = <T extends { disconnect(): unknown }>(client: T): T => {
    open.push(client);
    return client;
  };

  beforeEach(async () => {
    server = await startRedisServer({ processControl: true });
  });
  afterEach(async () => {
    for (const client of open.splice(0)) client.disconnect();
    await server.stop();
  });

  /** A client that is connected, and known to be. */
  async function connectedClient(options: ConnectOptions = {}): Promise<IoredisConnection> {
    const client = opened(connect({ ...placeOf(server), ...options }));
    fromIoredis(client);
    return connected(client);
  }

  /** What became of a command: the code of the error that applications get. */
  async function outcomeOf(client: IoredisConnection, ...command: string[]): Promise<unknown> {
    const [name = 'ping', ...args] = command;
    const result = await safeRedisOperation(async () => fromIoredis(client).call(name, ...args));
    return result.ok ? result.value : result.error.code;
  }

  it('what a server refuses is told as such', async () => {
    const client = await connectedClient();
    expect(await outcomeOf(client, 'nonsense')).toBe('COMMAND_FAILED');
    expect(await outcomeOf(client, 'set', 'k')).toBe('COMMAND_FAILED');
    expect(await outcomeOf(client, 'set', 'k', 'v')).toBe('OK');
  });

  it('a command without an answer may have been applied', async () => {
    const client = await connectedClient({ commandTimeout: 100 });
    server.pause();
    expect(await outcomeOf(client)).toBe('OUTCOME_UNKNOWN');
    server.resume();
    await vi.waitUntil(async () => (await outcomeOf(client)) === 'PONG');
  });

  it('one whose connection broke for good may have been, and no later one is sent', async () => {
    const client = await connectedClient({ retryStrategy: () => null });
    server.pause();
    const outcome = outcomeOf(client);
    await server.kill();
    expect(await outcome).toBe('CLIENT_CLOSED');
    expect(await outcomeOf(client)).toBe('CLIENT_CLOSED');
    expect(fromIoredis(client).isOpen).toBe(false);
    await server.restart();
    await client.connect();
    expect(await outcomeOf(client)).toBe('PONG');
    expect(fromIoredis(client).isOpen).toBe(true);
  });

  it('one that was given up with its connection may have been applied', async () => {
    const impatient = { maxRetriesPerRequest: 0, retryStrategy: () => 50 };
    const client = await connectedClient(impatient);
    server.pause();
    const outcome = outcomeOf(client);
    await server.kill();
    expect(await outcome).toBe('OUTCOME_UNKNOWN');
  });

  it.each([true, false])(
    'none is kept for a server that is away: enableOfflineQueue %s',
    async (enableOfflineQueue) => {
      const client = await connectedClient({ enableOfflineQueue, maxRetriesPerRequest: null });
      await server.kill();
      await vi.waitUntil(() => client.status !== 'ready');
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, async () => outcomeOf(client, 'set', 'late', 'v')),
      );
      expect(outcomes).toEqual(outcomes.map(() => 'UNAVAILABLE'));
      await server.restart();
      await vi.waitUntil(() => client.status === 'ready');
      expect(await outcomeOf(client, 'exists', 'late')).toBe(0);
    },
  );

  it('a call waits for a server that is away until its deadline, and no longer', async () => {
    const client = await connectedClient();
    const runner = new ScriptRunner(fromIoredis(client), 1000);
    await server.kill();
    await expect(runner.run(setScript, ['k'], ['late'])).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
    await server.restart();
    await vi.waitUntil(async () => (await outcomeOf(client)) === 'PONG');
    expect(await outcomeOf(client, 'exists', 'k')).toBe(0);
    expect(await runner.run(setScript, ['k'], ['v'])).toBe('OK');
  });

  it('redisRetry goes on where it may', async () => {
    const client = await connectedClient();
    await server.kill();
    await vi.waitUntil(() => client.status !== 'ready');
    let attempts = 0;
    const retried = redisRetry(
      async (attempt) => {
        attempts = attempt;
        return fromIoredis(client).call('incr', 'k');
      },
      { attempts: 100, maxDelayMs: 50 },
    );
    await server.restart();
    expect(await retried).toBe(1);
    expect(attempts).toBeGreaterThan(1);
  });

  it('a wrong password is told at once', async () => {
    await using locked = await startRedisServer({ password: 'secret', exclusive: true });
    const runner = (password: string): ScriptRunner =>
      new ScriptRunner(fromIoredis(opened(connect({ ...placeOf(locked), password }))));
    await expect(runner('wrong').run(setScript, ['k'], ['v'])).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      message: expect.stringContaining('does not let the client in'),
    });
    expect(await runner('secret').run(setScript, ['k'], ['v'])).toBe('OK');
  });

  it('a cluster client that gives up is closed', async () => {
    // The server is no node of a cluster.
    const client = opened(connectCluster([server.url], { clusterRetryStrategy: () => null }));
    const ping = async (): Promise<unknown> => fromIoredis(client).ping();
    const closed = { error: { code: 'CLIENT_CLOSED' } };
    expect(await safeRedisOperation(ping)).toMatchObject(closed);
    expect(fromIoredis(client).isOpen).toBe(false);
    expect(await safeRedisOperation(ping)).toMatchObject(closed);
  });
});
