import { connect, CuttingProxy, newPrefix } from '@a2a-redis-internal/redis-clients';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import type { RedisClientType } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { RedisPushNotificationConfigStore } from '../src/index.ts';
import { configOf, CONTEXT } from './support.ts';

let server: RedisServer;
let client: RedisClientType;

beforeAll(async () => {
  server = await startRedisServer({ persistence: true });
  client = await connect(server.url);
});

afterAll(async () => {
  client.destroy();
  await server.stop();
});

describe('a lost reply', () => {
  test('a call that was applied is sent again and changes nothing', async () => {
    await using proxy = await CuttingProxy.start(server.url);
    const behindProxy = await connect(proxy.url);
    try {
      const prefix = newPrefix();
      const key = `${prefix}{acme:ann:task}:configs`;
      const store = new RedisPushNotificationConfigStore(behindProxy, { prefix });
      await store.save('task', CONTEXT, configOf('a'));
      // The server must know the scripts, or the reply that is lost says only that it does not.
      await store.delete('task', CONTEXT, 'none');
      proxy.loseNextReplies(1);
      await store.save('task', CONTEXT, configOf('b'));
      expect(await client.hGet(key, 'seq')).toBe('2');
      expect(await store.load('task', CONTEXT)).toStrictEqual([configOf('a'), configOf('b')]);

      proxy.loseNextReplies(1);
      await store.delete('task', CONTEXT, 'a');
      expect(await store.load('task', CONTEXT)).toStrictEqual([configOf('b')]);
    } finally {
      behindProxy.destroy();
    }
  });
});

describe('a server that is killed in the middle of saves and comes back', () => {
  test('saves one after the other are each kept once, in order', async () => {
    const prefix = newPrefix();
    const store = new RedisPushNotificationConfigStore(client, { prefix, deadlineMs: 60_000 });
    const ids = Array.from({ length: 60 }, (_, index) => `id-${index}`);
    let restarted: Promise<void> = Promise.resolve();
    for (const [index, id] of ids.entries()) {
      if (index === 20) restarted = server.kill().then(() => server.restart());
      await store.save('task', CONTEXT, configOf(id));
    }
    await restarted;
    expect((await store.load('task', CONTEXT)).map((config) => config.id)).toStrictEqual(ids);
    expect(await client.hGet(`${prefix}{acme:ann:task}:configs`, 'seq')).toBe('60');
  });

  test('saves at once are each kept once', async () => {
    const prefix = newPrefix();
    const store = new RedisPushNotificationConfigStore(client, { prefix, deadlineMs: 60_000 });
    const ids = Array.from({ length: 100 }, (_, index) => `id-${index}`);
    let saved = 0;
    let restarted: Promise<void> = Promise.resolve();
    const saveSome = async (worker: number): Promise<void> => {
      for (const id of ids.slice(worker * 10, worker * 10 + 10)) {
        await store.save('task', CONTEXT, configOf(id));
        saved += 1;
        if (saved === 30) restarted = server.kill().then(() => server.restart());
      }
    };
    await Promise.all(Array.from({ length: 10 }, (_, worker) => saveSome(worker)));
    await restarted;
    const loaded = (await store.load('task', CONTEXT)).map(({ id }) => id);
    expect(loaded).toHaveLength(100);
    expect(new Set(loaded)).toStrictEqual(new Set(ids));
    expect(await client.hGet(`${prefix}{acme:ann:task}:configs`, 'seq')).toBe('100');
  });

  test('a call while it stays away fails at the deadline, by its code', async () => {
    const prefix = newPrefix();
    const store = new RedisPushNotificationConfigStore(client, { prefix, deadlineMs: 50 });
    await server.kill();
    await expect(store.load('task', CONTEXT)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await server.restart();
  });
});
