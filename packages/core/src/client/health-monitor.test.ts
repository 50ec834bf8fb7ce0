import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { RedisClient } from './client-types.ts';
import { createRedisClient } from './create-redis-client.ts';
import { RedisHealthMonitor, type RedisHealthMonitorOptions } from './health-monitor.ts';
import type { RedisHealth } from './health-status.ts';

describe('RedisHealthMonitor', () => {
  let server: RedisServer;
  let client: RedisClient;

  beforeEach(async () => {
    server = await startRedisServer({ processControl: true });
    client = await createRedisClient({ url: server.url, onError: () => {} });
  });
  afterEach(async () => {
    client.destroy();
    await server.stop();
  });

  it('knows nothing before its first check', () => {
    expect(new RedisHealthMonitor(client).health).toEqual({
      status: 'unknown',
      latencyMs: undefined,
      smoothedLatencyMs: undefined,
      consecutiveFailures: 0,
      error: undefined,
    });
  });

  it('follows a server that goes away and comes back', async () => {
    using monitor = new RedisHealthMonitor(client, {
      intervalMs: 10,
      deadlineMs: 1000,
      degradedLatencyMs: 10_000,
      unhealthyAfterFailures: 2,
    });
    const changes: string[] = [];
    monitor.on('statusChange', ({ from, to }) => changes.push(`${from} -> ${to}`));
    monitor.start();
    monitor.start();
    await status(monitor, 'healthy');
    await server.kill();
    await status(monitor, 'unhealthy');
    const { consecutiveFailures, error } = monitor.health;
    await server.restart();
    await status(monitor, 'healthy');
    expect(changes).toEqual([
      'unknown -> healthy',
      'healthy -> degraded',
      'degraded -> unhealthy',
      'unhealthy -> healthy',
    ]);
    expect([consecutiveFailures, error instanceof Error]).toEqual([2, true]);
    expect([monitor.health.consecutiveFailures, monitor.health.error]).toEqual([0, undefined]);
  });

  it('fails a check at its deadline, and sends no second PING while one is unanswered', async () => {
    const monitor = new RedisHealthMonitor(client, { deadlineMs: 50 });
    const pings = (await calls(client)) + 1;
    server.pause();
    const codes: unknown[] = [];
    for (let check = 0; check < 3; check += 1) {
      const { error } = await monitor.check();
      codes.push(error instanceof Error && 'code' in error ? error.code : error);
    }
    server.resume();
    expect(codes).toEqual(['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED']);
    expect(monitor.health.status).toBe('unhealthy');
    expect(await calls(client)).toBe(pings);
    expect((await monitor.check()).consecutiveFailures).toBe(0);
  });

  it('joins checks that are asked for at once', async () => {
    const monitor = new RedisHealthMonitor(client);
    const seen: RedisHealth[] = [];
    monitor.on('check', (health) => seen.push(health));
    const [first, second] = await Promise.all([monitor.check(), monitor.check()]);
    expect(seen).toEqual([first]);
    expect(second).toBe(first);
    expect(typeof first.latencyMs).toBe('number');
  });

  it('stops, as often as it is told', async () => {
    const monitor = new RedisHealthMonitor(client, { intervalMs: 1 });
    monitor.start();
    await once(monitor, 'check');
    monitor.stop();
    monitor.stop();
    await monitor.check();
    let checks = 0;
    monitor.on('check', () => {
      checks += 1;
    });
    await sleep(30);
    expect(checks).toBe(0);
  });

  it('goes on when a listener throws', async () => {
    const monitor = new RedisHealthMonitor(client);
    monitor.on('check', () => {
      throw new Error('mine');
    });
    const warning = once(process, 'warning');
    expect((await monitor.check()).status).toBe('healthy');
    expect((await warning)[0]).toHaveProperty(
      'message',
      'A listener of RedisHealthMonitor threw Error: mine',
    );
  });

  it('reports a closed client, and never rejects', async () => {
    const monitor = new RedisHealthMonitor(client, { unhealthyAfterFailures: 1 });
    await client.close();
    const health = await monitor.check();
    expect(health.status).toBe('unhealthy');
    expect(health.error).toMatchObject({
      message: 'PING: the client is closed.',
      detail: 'PING: The client is closed',
    });
    client = await createRedisClient({ url: server.url });
  });

  it.each(['intervalMs', 'deadlineMs', 'unhealthyAfterFailures'])('refuses %s: 0', (name) => {
    expect(() => new RedisHealthMonitor(client, { [name]: 0 })).toThrow(`Option "${name}"`);
  });

  it.each([
    [null, 'options'],
    [{ interval: 5 }, 'interval'],
    [{ intervalMs: '5' }, 'intervalMs'],
    [{ deadlineMs: null }, 'deadlineMs'],
    [{ degradedLatencyMs: Number.NaN }, 'degradedLatencyMs'],
    [{ unhealthyAfterFailures: true }, 'unhealthyAfterFailures'],
  ])('refuses %j by name', (options, name) => {
    expect(() => new RedisHealthMonitor(client, options as RedisHealthMonitorOptions)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringContaining(`Option "${name}"`),
      }),
    );
  });
});

async function status(monitor: RedisHealthMonitor, wanted: string): Promise<void> {
  while (monitor.health.status !== wanted) await once(monitor, 'check');
}

/** How many PINGs the server has answered. */
async function calls(client: RedisClient): Promise<number> {
  const stats = await client.info('commandstats');
  return Number(/cmdstat_ping:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}
