import { startRedisServer, type RedisServer } from '@a2a-redis-internal/redis-server';
import { describe, expect, it, vi } from 'vitest';

import { errorOf } from '../../test/error-of.ts';
import { NODE_REDIS_VERSIONS, type TestClient } from '../../test/node-redis-versions.ts';
import { redisRetry, type RedisRetryOptions } from './redis-retry.ts';

/** So long would be waited for what will not pass. */
const deadlineMs = 600_000;

describe.each(NODE_REDIS_VERSIONS)('redisRetry with its client, $label', (version) => {
  /** Writes with a client, and tells how often that was tried. */
  function writing(
    client: TestClient,
    options: RedisRetryOptions = {},
  ): { attempts: number[]; written: Promise<unknown> } {
    const attempts: number[] = [];
    const write = async (attempt: number): Promise<unknown> => {
      attempts.push(attempt);
      return client.sendCommand(['SET', 'k', `attempt ${attempt}`]);
    };
    const given = { client, deadlineMs, baseDelayMs: 1, maxDelayMs: 20, idempotent: true };
    return { attempts, written: redisRetry(write, { ...given, attempts: 10_000, ...options }) };
  }

  function open(url: string): { client: TestClient; connecting: Promise<unknown> } {
    const client = version.createClient({ url, socket: { reconnectStrategy: 20 } });
    client.on('error', () => {});
    return { client, connecting: client.connect().catch(() => {}) };
  }

  async function connect(url: string): Promise<TestClient> {
    const { client, connecting } = open(url);
    await connecting;
    return client;
  }

  /** Makes a server a replica of another, and waits until it has what that has. */
  async function follow(admin: TestClient, primary: RedisServer): Promise<void> {
    await admin.sendCommand(['REPLICAOF', '127.0.0.1', new URL(primary.url).port]);
    await vi.waitUntil(async () => {
      const info = String(await admin.sendCommand(['INFO', 'replication']));
      return info.includes('master_link_status:up');
    }, 30_000);
  }

  it('ends at once on a replica, and says so', async () => {
    await using primary = await startRedisServer({ processControl: true });
    await using server = await startRedisServer({ processControl: true });
    const client = await connect(server.url);
    await follow(client, primary);
    const { attempts, written } = writing(client);
    const error = await errorOf(written);
    expect([error.code, error.message, attempts]).toEqual([
      'SERVER_UNSUPPORTED',
      'This Redis server takes no writes: it is a replica. Connect to its primary, with a sentinel client where that changes.',
      [1],
    ]);
    expect(error.detail).toMatch(/^Redis operation, attempt 1: READONLY/);
    client.destroy();
  });

  it('waits for a failover where it succeeded before', async () => {
    await using primary = await startRedisServer({ processControl: true });
    await using server = await startRedisServer({ processControl: true });
    const client = await connect(server.url);
    const admin = await connect(server.url);
    expect(await writing(client).written).toBe('OK');
    await follow(admin, primary);
    const onRetry = (): void => void admin.sendCommand(['REPLICAOF', 'NO', 'ONE']);
    const { attempts, written } = writing(client, { onRetry });
    expect(await written).toBe('OK');
    expect(await client.sendCommand(['GET', 'k'])).toBe(`attempt ${attempts.at(-1)}`);
    expect(attempts.length).toBeGreaterThan(1);
    for (const each of [client, admin]) each.destroy();
  });

  it('ends at once without a password, and says so', async () => {
    await using server = await startRedisServer({ password: 'right' });
    const { client, connecting } = open(`redis://${new URL(server.url).host}`);
    const { attempts, written } = writing(client);
    const error = await errorOf(written);
    expect([error.code, error.message, attempts]).toEqual([
      'COMMAND_FAILED',
      'Redis does not let the client in: it gave no password, or a wrong one. Give it the username and the password.',
      [1],
    ]);
    client.destroy();
    await connecting;
  });

  it('waits while the password is changed with which it succeeded before', async () => {
    await using server = await startRedisServer({ password: 'old' });
    const client = await connect(server.url);
    const admin = await connect(server.url);
    expect(await writing(client).written).toBe('OK');
    await admin.sendCommand(['CONFIG', 'SET', 'requirepass', 'new']);
    const refused = new Promise<void>((resolve) => {
      client.on('error', ({ message }) => {
        if (message.startsWith('WRONGPASS')) resolve();
      });
    });
    await admin.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal']);
    await refused;
    const onRetry = (): void => void admin.sendCommand(['CONFIG', 'SET', 'requirepass', 'old']);
    const { attempts, written } = writing(client, { onRetry });
    expect(await written).toBe('OK');
    expect(await admin.sendCommand(['GET', 'k'])).toBe(`attempt ${attempts.at(-1)}`);
    expect(attempts.length).toBeGreaterThan(1);
    for (const each of [client, admin]) each.destroy();
  });
});
