import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { enqueue, numbers, Peer, takeAll, textOf } from './support.ts';

const PARTS = ['state', 'events', 'producers', 'poison'];

let server: RedisServer;

beforeAll(async () => {
  server = await startRedisServer({ config: { 'stream-node-max-entries': '10' } });
});
afterAll(async () => {
  await server.stop();
});

describe('trimming', () => {
  it('keeps about as many events as it is told to', async () => {
    await using peer = await Peer.start(server.url, { maxEvents: 50 });
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, ...numbers(1000));
    const length = await peer.client.xLen(peer.key('q', 'events'));
    // Redis trims whole nodes, of ten entries here.
    expect(length).toBeGreaterThanOrEqual(50);
    expect(length).toBeLessThanOrEqual(60);
  });

  it('of events that were not read is told to onError, with their number', async () => {
    await using peer = await Peer.start(server.url, { maxEvents: 50 });
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, ...numbers(10));
    expect(await takeAll(queue)).toEqual(numbers(10));
    for (let done = 0; done < 10; done += 1) await queue.taskDone();
    await enqueue(queue, ...numbers(1000));
    const found = await takeAll(queue);
    expect(found).toEqual(numbers(1000).slice(-found.length));
    expect(peer.errors.map(({ message }) => message)).toEqual([
      `Events of queue "q" were lost to a reader: ${1000 - found.length} were trimmed before they were processed.`,
    ]);
  });

  it('of events that a consumer left unacknowledged is told, too', async () => {
    await using peer = await Peer.start(server.url, { maxEvents: 20, reclaimIdleMs: 100 });
    await using dying = await peer.another(server.url, { reclaimIdleMs: 100 });
    const queue = await peer.queues.createOrTap('q');
    const left = await dying.queues.createOrTap('q');
    await enqueue(queue, 'left');
    expect(textOf(await left.dequeueEvent())).toBe('left');
    dying.client.destroy();
    await enqueue(queue, ...numbers(100));
    const lost = async (): Promise<string[]> => {
      await takeAll(queue);
      return peer.errors.map(({ message }) => message);
    };
    await expect
      .poll(lost)
      .toContainEqual(expect.stringContaining('1 were trimmed before they were processed'));
  });

  it('does not count what was trimmed before a group began', async () => {
    await using peer = await Peer.start(server.url, { maxEvents: 20 });
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, ...numbers(100));
    await using late = await peer.another(server.url, { strategy: 'instance-isolated' });
    const found = await takeAll(await late.queues.createOrTap('q'));
    expect(found).toEqual(numbers(100).slice(-found.length));
    expect(late.errors).toEqual([]);
  });
});

describe('expiry', () => {
  it('is set on every key, and renewed by every use', async () => {
    await using peer = await Peer.start(server.url, { ttlSeconds: 1000, maxDeliveries: 1 });
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, '1');
    for await (const next of queue) if (textOf(next) === '1') break;
    expect(await takeAll(queue)).toEqual([]);
    const ttls = async (): Promise<number[]> =>
      Promise.all(PARTS.map(async (part) => peer.client.ttl(peer.key('q', part))));
    const age = async (): Promise<void> => {
      await Promise.all(PARTS.map(async (part) => peer.client.expire(peer.key('q', part), 500)));
    };
    for (const ttl of await ttls()) expect(ttl).toBeGreaterThan(990);
    const keys = await peer.client.keys(`${peer.prefix}*`);
    expect(keys.toSorted()).toEqual(PARTS.map((part) => peer.key('q', part)).toSorted());

    await age();
    await takeAll(queue);
    const [state = 0, events = 0, , poison = 0] = await ttls();
    expect(Math.min(state, events, poison)).toBeGreaterThan(990);
    await age();
    await enqueue(queue, '2');
    const [, again = 0, producers = 0] = await ttls();
    expect(Math.min(again, producers)).toBeGreaterThan(990);
  });

  it('of a queue is told to a reader that still has it open, and nothing new is lost', async () => {
    await using peer = await Peer.start(server.url);
    const queue = await peer.queues.createOrTap('q');
    const tap = await queue.tap();
    await enqueue(queue, '1');
    expect(await takeAll(tap)).toEqual(['1']);
    const waiting = tap.dequeueEvent();
    await peer.client.del(PARTS.map((part) => peer.key('q', part)));
    await enqueue(queue, '2', '3');
    expect([textOf(await waiting), ...(await takeAll(tap))]).toEqual(['2', '3']);
    expect(await takeAll(queue)).toEqual(['2', '3']);
    expect(peer.errors.map((error) => 'code' in error && error.code)).toEqual([
      'EVENTS_LOST',
      'EVENTS_LOST',
    ]);
  });

  it('fields of producers that are gone do not pile up', async () => {
    await using peer = await Peer.start(server.url);
    const queue = await peer.queues.createOrTap('q');
    const key = peer.key('q', 'producers');
    await peer.client.hSet(key, { old: '7 1000000000000-7', young: `3 ${Date.now()}-3` });
    await enqueue(queue, '1');
    const kept = Object.keys(await peer.client.hGetAll(key));
    expect(kept).toHaveLength(2);
    expect(kept).toContain('young');
    await queue.close();
    expect(Object.keys(await peer.client.hGetAll(key))).toEqual(['young']);
  });
});
