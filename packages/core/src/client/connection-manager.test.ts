import {
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { errorOf } from '../../test/error-of.ts';
import { handlesBackTo, openHandles } from '../../test/open-handles.ts';
import { RedisConnectionManager } from './connection-manager.ts';
import { createRedisClient } from './create-redis-client.ts';
import type { RedisClientOptions } from './options.ts';

describe('RedisConnectionManager', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedisServer({ processControl: true });
  });
  afterAll(async () => {
    await server.stop();
  });

  it('opens a connection at its first use, once for all who ask', async () => {
    await using manager = new RedisConnectionManager({ url: server.url, name: 'agent' });
    const [one, two, other] = await Promise.all([
      manager.get(),
      manager.get('default'),
      manager.get('events'),
    ]);
    expect(two).toBe(one);
    expect(await Promise.all([one.clientGetName(), other.clientGetName()])).toEqual([
      'agent',
      'agent:events',
    ]);
  });

  it('tries again after an attempt that failed', async () => {
    await using away = await startRedisServer({ processControl: true });
    await away.kill();
    await using manager = new RedisConnectionManager({ url: away.url, connectTimeoutMs: 300 });
    const failures = await Promise.all([errorOf(manager.get()), errorOf(manager.get())]);
    expect(failures.map((error) => error.code)).toEqual(['CONNECT_FAILED', 'CONNECT_FAILED']);
    expect(await manager.healthCheck()).toEqual({});
    await away.restart();
    expect(await (await manager.get()).ping()).toBe('PONG');
  });

  it('duplicates a pool as a plain client, which can subscribe', async () => {
    await using manager = new RedisConnectionManager({ url: server.url, maxConnections: 2 });
    const pool = await manager.get();
    const subscriber = await manager.duplicate();
    const received = new Promise<string>((resolve, reject) => {
      subscriber
        .subscribe('channel', resolve)
        .then(() => pool.publish('channel', 'message'))
        .catch(reject);
    });
    expect(await received).toBe('message');
  });

  it('closes what it opened, and nothing else', async () => {
    const mine = await createRedisClient({ url: server.url });
    const before = openHandles();
    const manager = new RedisConnectionManager({ url: server.url });
    manager.adopt(mine, 'mine');
    const opened = [await manager.get(), await manager.get('events'), await manager.duplicate()];
    expect(await manager.get('mine')).toBe(mine);
    await Promise.all([manager.close(), manager.close()]);
    await manager[Symbol.asyncDispose]();
    expect(opened.map((client) => client.isOpen)).toEqual([false, false, false]);
    expect(await mine.ping()).toBe('PONG');
    expect(await handlesBackTo(before)).toBe(true);
    await mine.close();
  });

  it('waits for replies when it closes', async () => {
    const manager = new RedisConnectionManager({ url: server.url });
    const client = await manager.get();
    const reply = client.blPop('nothing', 0.1);
    await manager.close();
    expect(await reply).toBe(null);
  });

  it('closes a connection that is being opened', async () => {
    const before = openHandles();
    const manager = new RedisConnectionManager({ url: server.url });
    const opening = manager.get();
    await manager.close();
    expect((await opening).isOpen).toBe(false);
    expect(await handlesBackTo(before)).toBe(true);
  });

  it('closes although Redis is silent', async () => {
    await using silent = await startRedisServer({ processControl: true });
    const before = openHandles();
    const single = new RedisConnectionManager({ url: silent.url });
    const pooled = new RedisConnectionManager({ url: silent.url, maxConnections: 2 });
    await Promise.all([single.get(), pooled.get()]);
    silent.pause();
    const calls = Promise.allSettled([
      (await single.get()).set('k', 'v'),
      (await pooled.get()).set('k', 'v'),
    ]);
    await Promise.all([single.close(), pooled.close()]);
    const outcomes = await calls;
    silent.resume();
    expect(outcomes.map((call) => call.status)).toEqual(['rejected', 'rejected']);
    expect(await handlesBackTo(before)).toBe(true);
  });

  it('adopts a client of the application, once for a name', async () => {
    const mine = createClient({ url: server.url });
    mine.on('error', () => {});
    await mine.connect();
    await using manager = new RedisConnectionManager({ url: server.url });
    manager.adopt(mine);
    expect(await manager.get()).toBe(mine);
    expect(() => manager.adopt(mine)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: 'Connection "default" exists already.',
      }),
    );
    await mine.close();
  });

  it('checks every connection, and opens none', async () => {
    await using manager = new RedisConnectionManager({ url: server.url });
    expect(await manager.healthCheck()).toEqual({});
    await manager.get();
    const events = await manager.get('events');
    await events.close();
    const { default: fine, events: broken } = await manager.healthCheck();
    expect(fine).toEqual({ ok: true, latencyMs: expect.any(Number) });
    expect(broken).toEqual({
      ok: false,
      error: expect.objectContaining({ code: 'CLIENT_CLOSED' }),
    });
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '500', null])(
    'refuses a deadline of %s, and sends nothing',
    async (deadlineMs) => {
      await using manager = new RedisConnectionManager({ url: server.url });
      const client = await manager.get();
      const ping = vi.spyOn(client, 'ping');
      const error = await errorOf(manager.healthCheck(deadlineMs as number));
      expect([error.code, error.message]).toEqual([
        'INVALID_ARGUMENT',
        `The deadline of a health check must be a positive number of milliseconds up to 2147483647, not ${String(deadlineMs)}.`,
      ]);
      expect(ping).not.toHaveBeenCalled();
      expect(await manager.healthCheck(1500.5)).toHaveProperty('default.ok', true);
    },
  );

  it.each(['my name', 'my\nname', 'n\u00e4me', '', 5])(
    'refuses the name %j before it opens a socket',
    async (name) => {
      await using manager = new RedisConnectionManager({ url: server.url });
      const before = openHandles();
      const error = await errorOf(manager.get(name as string));
      expect([error.code, error.message]).toEqual([
        'INVALID_ARGUMENT',
        `The name of a connection must be printable ASCII without spaces, not ${JSON.stringify(name)}.`,
      ]);
      expect([openHandles(), await manager.healthCheck()]).toEqual([before, {}]);
    },
  );

  it('forgets a duplicate that its caller closes or destroys', async () => {
    const manager = new RedisConnectionManager({ url: server.url });
    const [closed, destroyed, open] = await Promise.all([
      manager.duplicate(),
      manager.duplicate(),
      manager.duplicate(),
    ]);
    // What the manager still has, it asks for a last reply before it closes it.
    const pings = [closed, destroyed, open].map((client) => vi.spyOn(client, 'ping'));
    await closed.close();
    destroyed.destroy();
    await manager.close();
    expect(pings.map((ping) => ping.mock.calls.length)).toEqual([0, 0, 1]);
  });

  it('does nothing more once it is closed', async () => {
    const manager = new RedisConnectionManager({ url: server.url });
    await manager.close();
    const errors = [await errorOf(manager.get()), await errorOf(manager.duplicate())];
    expect(errors.map((error) => error.code)).toEqual(['CLIENT_CLOSED', 'CLIENT_CLOSED']);
  });

  it('manages clients of a cluster', async () => {
    await using cluster = await startRedisCluster();
    const before = openHandles();
    const manager = new RedisConnectionManager({ cluster: cluster.urls });
    const client = await manager.get();
    await client.set('k', 'v');
    const duplicate = await manager.duplicate();
    expect(await duplicate.get('k')).toBe('v');
    const closed = await manager.duplicate();
    const ping = vi.spyOn(closed, 'ping');
    await closed.close();
    await manager.close();
    expect(ping).not.toHaveBeenCalled();
    expect(await handlesBackTo(before)).toBe(true);
  });

  it('refuses wrong options at once', () => {
    expect(() => new RedisConnectionManager({ url: 'http://h' })).toThrow('Option "url"');
    const nothing = null as unknown as RedisClientOptions;
    expect(() => new RedisConnectionManager(nothing)).toThrow('Option "options"');
  });
});
