import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { RedisStreamsEventQueue, ReplayOptions } from '../../src/index.ts';
import { codeOf, enqueue, numbers, Peer, takeAll, textOf } from './support.ts';

let server: RedisServer;
let peer: Peer;
let queue: RedisStreamsEventQueue;

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(async () => {
  await server.stop();
});
beforeEach(async () => {
  peer = await Peer.start(server.url, { maxEvents: 100 });
  queue = await peer.queues.createOrTap('q');
});
afterEach(async () => {
  await peer[Symbol.asyncDispose]();
});

async function replayed(options?: ReplayOptions): Promise<string[]> {
  const texts: string[] = [];
  for await (const { event } of queue.replay(options)) texts.push(textOf(event));
  return texts;
}

describe('replay', () => {
  it('reads everything, whoever acknowledged it, and changes nothing', async () => {
    await enqueue(queue, ...numbers(5));
    await queue.dequeueEvent();
    await queue.taskDone();
    expect(await replayed()).toEqual(numbers(5));
    expect(await replayed()).toEqual(numbers(5));
    expect(await takeAll(queue)).toEqual(['2', '3', '4', '5']);
  });

  it('reads more than one page', async () => {
    const wide = await peer.queues.createOrTap('wide', { consumerConfig: { maxEvents: 10_000 } });
    await enqueue(wide, ...numbers(300));
    const texts: string[] = [];
    for await (const { event } of wide.replay()) texts.push(textOf(event));
    expect(texts).toEqual(numbers(300));
    const some: string[] = [];
    for await (const { event } of wide.replay({ count: 200 })) some.push(textOf(event));
    expect(some).toEqual(numbers(200));
  });

  it('begins with the event of an id, and stops at a count', async () => {
    const ids = await enqueue(queue, ...numbers(5));
    expect(await replayed({ from: ids[2] })).toEqual(['3', '4', '5']);
    expect(await replayed({ from: ids[2], count: 2 })).toEqual(['3', '4']);
    const found: [string, number][] = [];
    for await (const { id, enqueuedAt } of queue.replay({ from: ids[3] })) {
      found.push([id, enqueuedAt.getTime()]);
    }
    expect(found).toEqual(ids.slice(3).map((id) => [id, Number.parseInt(id, 10)]));
  });

  it('begins with a moment', async () => {
    const [first = ''] = await enqueue(queue, '1');
    const at = Number.parseInt(first, 10);
    await expect.poll(() => Date.now()).toBeGreaterThan(at + 1);
    const [second = ''] = await enqueue(queue, '2');
    expect(await replayed({ from: new Date(Number.parseInt(second, 10)) })).toEqual(['2']);
    expect(await replayed({ from: new Date(at) })).toEqual(['1', '2']);
    expect(await replayed({ from: new Date(Date.now() + 100_000) })).toEqual([]);
  });

  it('says so when events from its id on were trimmed', async () => {
    const [first = ''] = await enqueue(queue, ...numbers(100));
    await enqueue(queue, ...numbers(500));
    await expect(replayed({ from: first })).rejects.toMatchObject({ code: 'EVENTS_LOST' });
    const kept = await replayed();
    expect(kept.at(-1)).toBe('500');
    expect(kept).toEqual(numbers(500).slice(-kept.length));
  });

  it('reports an entry that is no event, and goes on', async () => {
    await peer.client.xAdd(peer.key('q', 'events'), '1-1', { e: 'nothing' });
    await enqueue(queue, '2');
    expect(await replayed()).toEqual(['2']);
    expect(peer.errors.map((error) => 'code' in error && error.code)).toEqual(['CORRUPT_RECORD']);
  });

  it('refuses arguments that are wrong', async () => {
    for (const wrong of [{ from: 'x' }, { from: new Date(Number.NaN) }, { count: 0 }]) {
      expect(await codeOf(replayed(wrong))).toBe('INVALID_ARGUMENT');
    }
  });
});
