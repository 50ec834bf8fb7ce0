import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { createClientPool } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RedisStreamsQueueManager } from '../../src/index.ts';
import { enqueue, event, numbers, Peer, textOf } from './support.ts';

let server: RedisServer;

beforeAll(async () => {
  server = await startRedisServer({ exclusive: true });
});
afterAll(async () => {
  await server.stop();
});

describe('connections', () => {
  it('are two for a process, with 1 and with 2,000 readers that wait', async () => {
    await using peer = await Peer.start(server.url);
    const admin = await connect(server.url);
    const connections = async (): Promise<number> =>
      (await admin.clientList()).filter(({ id }) => id !== own).length;
    const own = await admin.clientId();

    const first = await peer.queues.createOrTap('1');
    const waiting = [first.dequeueEvent()];
    await expect.poll(async () => (await admin.pubSubChannels()).length).toBe(1);
    expect(await connections()).toBe(2);

    // Half of them on queues of their own, half of them taps of one.
    for (const name of numbers(1000).slice(1)) {
      waiting.push((await peer.queues.createOrTap(name)).dequeueEvent());
    }
    for (let taps = 0; taps < 1000; taps += 1) waiting.push((await first.tap()).dequeueEvent());
    await expect.poll(async () => (await admin.pubSubChannels()).length).toBe(1000);
    expect(waiting).toHaveLength(2000);
    expect(await connections()).toBe(2);

    await using other = await peer.another(server.url);
    for (const name of numbers(1000)) {
      await enqueue(await other.queues.createOrTap(name), name);
    }
    const found = (await Promise.all(waiting)).map(textOf);
    expect(found.slice(0, 1000)).toEqual(numbers(1000));
    expect(new Set(found.slice(1000))).toEqual(new Set(['1']));
    expect(peer.errors).toEqual([]);
    admin.destroy();
  });

  it('of a small pool are free while many readers wait', async () => {
    const pool = createClientPool({ url: server.url }, { maximum: 2 });
    pool.on('error', () => {});
    await pool.connect();
    const subscriber = await connect(server.url);
    const prefix = newPrefix();
    const queues = new RedisStreamsQueueManager(pool, { prefix, subscriber });
    const readers = await Promise.all(
      numbers(50).map(async (name) => queues.createOrTap(`q${name}`)),
    );
    const waiting = readers.map(async (reader) => textOf(await reader.dequeueEvent()));
    await expect
      .poll(async () => (await pool.pubSubChannels(`${prefix}*`)).length)
      .toBe(readers.length);
    // The pool serves others meanwhile.
    expect(await pool.set(`${prefix}other`, '1', { expiration: { type: 'EX', value: 100 } })).toBe(
      'OK',
    );
    await Promise.all(readers.map(async (reader, index) => reader.enqueueEvent(event(`${index}`))));
    expect(await Promise.all(waiting)).toEqual(readers.map((_, index) => `${index}`));
    await queues.close();
    subscriber.destroy();
    pool.destroy();
  });

  it('are closed by the manager, but for those that it was given', async () => {
    const admin = await connect(server.url);
    const before = (await admin.clientList()).length;
    const peer = await Peer.start(server.url);
    const queue = await peer.queues.createOrTap('q');
    const waiting = queue.dequeueEvent().catch(() => undefined);
    await expect.poll(async () => (await admin.clientList()).length).toBe(before + 2);
    await peer.queues.close();
    await waiting;
    await expect.poll(async () => (await admin.clientList()).length).toBe(before + 1);
    expect(await peer.client.ping()).toBe('PONG');
    peer.client.destroy();
    admin.destroy();
  });
});
