import {
  CLIENT_KINDS,
  connect,
  newPrefix,
  type OpenClient,
  SENTINEL_KINDS,
} from '@a2a-redis-internal/redis-clients';
import {
  type RedisCluster,
  type RedisSentinel,
  type RedisServer,
  startRedisCluster,
  startRedisSentinel,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { RedisPubSubQueueManager } from '../src/redis-pubsub-queue-manager.ts';
import { chunkOf, textOf } from './chunk-of.ts';

let server: RedisServer;
let cluster: RedisCluster;
let sentinels: RedisSentinel;

beforeAll(async () => {
  [server, cluster, sentinels] = await Promise.all([
    startRedisServer({ exclusive: true }),
    startRedisCluster(),
    startRedisSentinel(),
  ]);
});
afterAll(async () => {
  await Promise.all([server.stop(), cluster.stop(), sentinels.stop()]);
});

async function open(kind: string): Promise<OpenClient> {
  const servers = { url: server.url, clusterUrls: cluster.urls };
  const client = (await CLIENT_KINDS[kind]?.(servers)) ?? (await SENTINEL_KINDS[kind]?.(sentinels));
  if (client === undefined) throw new Error(`No kind ${kind}`);
  return client;
}

describe.each([...Object.keys(CLIENT_KINDS), ...Object.keys(SENTINEL_KINDS)])('%s', (kind) => {
  it('carries events of tasks and queues to another process, and closes', async () => {
    const clients = [await open(kind), await open(kind)];
    const prefix = newPrefix();
    const errors: Error[] = [];
    const subscribers: { destroy(): void }[] = [];
    const managers = await Promise.all(
      clients.map(async (client) => {
        const subscriber = kind.includes('pool') ? await connect(server.url) : undefined;
        if (subscriber !== undefined) subscribers.push(subscriber);
        const onError = (error: Error): void => void errors.push(error);
        return new RedisPubSubQueueManager(client, { prefix, subscriber, onError });
      }),
    );
    const [here, there] = managers;
    if (here === undefined || there === undefined) throw new Error('No managers');

    // Several of each, so that a cluster's servers all take part.
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const [writer, reader] = [await here.createOrTap(name), await there.createOrTap(name)];
      for (const text of ['1', '2', '3']) await writer.enqueueEvent(chunkOf(text));
      const texts = [];
      for (let count = 0; count < 3; count += 1) texts.push(textOf(await reader.dequeueEvent()));
      expect(texts).toEqual(['1', '2', '3']);
      expect(await there.get(name)).toBe(reader);

      const bus = here.createOrGetByTaskId(name);
      const seen: (string | undefined)[] = [];
      const joined = there.getByTaskId(name);
      joined.on('event', (event) => seen.push(textOf(event)));
      const ended = new Promise<void>((resolve) => {
        joined.on('finished', resolve);
      });
      // Without a task store nothing is caught up: it sends until the other one hears it.
      await vi.waitUntil(() => {
        bus.publish(chunkOf('early'));
        return seen.length > 0;
      });
      for (const text of ['1', '2', '3']) bus.publish(chunkOf(text));
      bus.finished();
      await ended;
      expect(seen.filter((text) => text !== 'early')).toEqual(['1', '2', '3']);
    }
    await Promise.all(managers.map(async (manager) => manager.close()));
    expect(errors).toEqual([]);
    for (const each of subscribers) each.destroy();
    for (const client of clients) await client.close();
  });
});

describe.each(Object.keys(CLIENT_KINDS).filter((kind) => kind.includes('one address')))(
  '%s',
  (kind) => {
    it('hears of a queue when those on other nodes were left', async () => {
      const clients = [await open(kind), await open(kind)];
      const prefix = newPrefix();
      const errors: Error[] = [];
      const onError = (error: Error): void => void errors.push(error);
      const managers = clients.map(
        (client) => new RedisPubSubQueueManager(client, { prefix, onError }),
      );
      const [here, there] = managers;
      const names = ['a', 'b', 'c', 'd', 'e', 'f'];
      const readers = await Promise.all(names.map(async (name) => here?.createOrTap(name)));
      const [reader, ...others] = readers;
      for (const other of others) await other?.close();
      const writer = await there?.createOrTap('a');
      await writer?.enqueueEvent(chunkOf('1'));
      expect(textOf(await reader?.dequeueEvent())).toBe('1');
      expect(errors).toEqual([]);
      await Promise.all(managers.map(async (manager) => manager.close()));
      for (const client of clients) await client.close();
    });
  },
);

describe.each(Object.keys(SENTINEL_KINDS))('%s', (kind) => {
  it('tells readers of a queue that its connection for messages broke', async () => {
    const client = await open(kind);
    const errors: Error[] = [];
    const onError = (error: Error): void => void errors.push(error);
    const manager = new RedisPubSubQueueManager(client, { prefix: newPrefix(), onError });
    const queue = await manager.createOrTap('q');
    const waiting = queue.dequeueEvent();
    const admin = await connect((await sentinels.primary()).url);
    await admin.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
    await expect(waiting).rejects.toThrow('the connection was lost for a while');
    await queue.enqueueEvent(chunkOf('after'));
    expect(textOf(await queue.dequeueEvent())).toBe('after');
    // ioredis tells as well that it looks for the primary anew.
    const codes = errors.map((error) => ('code' in error ? error.code : undefined));
    expect(codes.filter((code) => code !== undefined)).toEqual(['EVENTS_LOST']);
    await manager.close();
    admin.destroy();
    await client.close();
  });
});
