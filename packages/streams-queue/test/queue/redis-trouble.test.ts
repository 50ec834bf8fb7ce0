import { connect, CuttingProxy, newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { type Runtime, systemRuntime } from '@a2a-redis/core/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { codeOf, enqueue, event, numbers, Peer, takeAll, textOf } from './support.ts';

/** With it a reader looks at nothing by itself, as it does every few seconds. */
const WITHOUT_LOOKS: Runtime = {
  ...systemRuntime,
  setTimer: (callback, delayMs) =>
    systemRuntime.setTimer(delayMs > 5000 ? () => undefined : callback, delayMs),
};

let server: RedisServer;

beforeAll(async () => {
  server = await startRedisServer({ persistence: true });
});
afterAll(async () => {
  await server.stop();
});

describe('a reply that is lost', () => {
  /** A peer behind a proxy, whose server knows the scripts. */
  async function behind(proxy: CuttingProxy): Promise<Peer> {
    const peer = await Peer.start(proxy.url, { maxDeliveries: 2 });
    const queue = await peer.queues.createOrTap('warm');
    await enqueue(queue, '1');
    for await (const next of queue) if (textOf(next) === '1') break;
    await queue.dequeueEvent();
    await queue.taskDone();
    return peer;
  }

  it('of an enqueue: the events are there once', async () => {
    await using proxy = await CuttingProxy.start(server.url);
    await using peer = await behind(proxy);
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, '1');
    proxy.loseNextReplies(1);
    const ids = await enqueue(queue, '2', '3', '4');
    await enqueue(queue, '5');
    expect(proxy.lost).toBe(1);
    expect(ids.map((id) => id.split('-')[1])).toEqual(['2', '3', '4']);
    expect(await takeAll(queue)).toEqual(['1', '2', '3', '4', '5']);
  });

  it('of a read: the same events come, delivered once', async () => {
    await using proxy = await CuttingProxy.start(server.url);
    await using peer = await behind(proxy);
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, '1', '2', '3');
    proxy.loseNextReplies(1);
    const found = await Promise.all(numbers(2).map(async () => textOf(await queue.dequeueEvent())));
    expect(proxy.lost).toBe(1);
    expect(found).toEqual(['1', '2']);
    expect((await peer.pending('q')).map((entry) => entry.split(' ')[2])).toEqual(['1', '1']);
    expect(await takeAll(queue)).toEqual(['3']);
  });

  it('of a read that reclaims: the same events come, counted once', async () => {
    await using proxy = await CuttingProxy.start(server.url);
    await using peer = await behind(proxy);
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, '1');
    for await (const next of queue) if (textOf(next) === '1') break;
    proxy.loseNextReplies(1);
    expect(textOf(await queue.dequeueEvent())).toBe('1');
    expect(proxy.lost).toBe(1);
    expect((await peer.pending('q')).map((entry) => entry.split(' ')[2])).toEqual(['2']);
    expect(await queue.readPoison()).toEqual([]);
  });

  it('of taskDone, tap, retryPoison and close: done once', async () => {
    await using proxy = await CuttingProxy.start(server.url);
    await using peer = await behind(proxy);
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, '1', '2');
    await queue.dequeueEvent();
    proxy.loseNextReplies(1);
    await queue.taskDone();
    expect(await peer.pending('q')).toEqual([]);

    proxy.loseNextReplies(1);
    const tap = await queue.tap();
    expect(await peer.groups('q')).toHaveLength(2);

    for (const attempt of [1, 2]) {
      for await (const next of queue) if (textOf(next) === '2' && attempt > 0) break;
    }
    expect(await takeAll(queue)).toEqual([]);
    const [poison] = await queue.readPoison();
    // The server learns the script before a reply of it is lost.
    await queue.retryPoison('1-1');
    proxy.loseNextReplies(1);
    expect(await queue.retryPoison(poison?.id ?? '')).toBe(true);
    expect(await takeAll(queue)).toEqual(['2']);

    proxy.loseNextReplies(1);
    await queue.close();
    await tap.close();
    expect(proxy.lost).toBe(4);
    expect(await peer.pending('q')).toEqual(['2 returned 1']);
    expect(await peer.groups('q')).toEqual(['shared']);
  });

  it('replies lost at random: each event once, in order', async () => {
    await using proxy = await CuttingProxy.start(server.url);
    await using peer = await behind(proxy);
    const queue = await peer.queues.createOrTap('q');
    const found: string[] = [];
    const reading = (async () => {
      for await (const next of queue) {
        found.push(textOf(next));
        if (found.length % 10 === 0) proxy.loseNextReplies(1);
        if (found.length === 200) break;
      }
    })();
    for (const text of numbers(200)) await enqueue(queue, text);
    await reading;
    expect(found).toEqual(numbers(200));
    expect(proxy.lost).toBeGreaterThan(5);
  });
});

describe('while a reader waits', () => {
  it('its connections are killed: it gets the next event', async () => {
    await using peer = await Peer.start(server.url);
    const queue = await peer.queues.createOrTap('q');
    const admin = await connect(server.url);
    const waiting = queue.dequeueEvent();
    for (const type of ['PUBSUB', 'NORMAL'] as const) {
      await admin.sendCommand(['CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'YES']);
    }
    await using other = await peer.another(server.url);
    await enqueue(await other.queues.createOrTap('q'), '1');
    expect(textOf(await waiting)).toBe('1');
    admin.destroy();
  });

  it('a wake-up is lost with its connection: the reader looks when it is back', async () => {
    await using peer = await Peer.start(server.url, {}, newPrefix(), WITHOUT_LOOKS);
    const queue = await peer.queues.createOrTap('q');
    const admin = await connect(server.url);
    const waiting = queue.dequeueEvent();
    const channel = peer.key('q', 'wake');
    await expect.poll(async () => admin.pubSubNumSub(channel)).toEqual({ [channel]: 1 });
    const encoded = `m${JSON.stringify({ messageId: 'silent' })}`;
    // One transaction: the event comes while nobody can hear of it.
    const kill = ['CLIENT', 'KILL', 'TYPE', 'PUBSUB'];
    const id = `${Date.now()}-1`;
    await admin
      .multi()
      .addCommand(kill)
      .xAdd(peer.key('q', 'events'), id, { e: encoded })
      .hSet(peer.key('q', 'state'), 'last', id)
      .exec();
    expect(textOf(await waiting)).toBe('silent');
    admin.destroy();
  });

  it('a message is lost altogether: the reader looks now and then', async () => {
    await using peer = await Peer.start(server.url, { reclaimIdleMs: 400 });
    const queue = await peer.queues.createOrTap('q');
    const waiting = queue.dequeueEvent();
    const channel = peer.key('q', 'wake');
    await expect.poll(async () => peer.client.pubSubNumSub(channel)).toEqual({ [channel]: 1 });
    const encoded = `m${JSON.stringify({ messageId: 'silent' })}`;
    await peer.client.xAdd(peer.key('q', 'events'), `${Date.now()}-1`, { e: encoded });
    expect(textOf(await waiting)).toBe('silent');
  });

  it('the scripts are flushed: nothing is noticed', async () => {
    await using peer = await Peer.start(server.url);
    const queue = await peer.queues.createOrTap('q');
    const found: string[] = [];
    for (const text of numbers(20)) {
      const waiting = queue.dequeueEvent();
      await peer.client.scriptFlush();
      await enqueue(queue, text);
      await peer.client.scriptFlush();
      const next = await waiting;
      found.push(textOf(next));
      await queue.taskDone(next);
    }
    expect(found).toEqual(numbers(20));
    expect(peer.errors).toEqual([]);
  });

  it('Redis is killed and comes back: nothing that was acknowledged is lost', async () => {
    await using peer = await Peer.start(server.url);
    const queue = await peer.queues.createOrTap('q');
    const found: string[] = [];
    const reading = (async () => {
      for await (const next of queue) {
        found.push(textOf(next));
        if (found.length < 100) continue;
        await queue.taskDone(next);
        break;
      }
    })();
    let back: Promise<void> = Promise.resolve();
    for (const [index, text] of numbers(100).entries()) {
      if (index === 50) back = server.kill().then(async () => server.restart());
      await enqueue(queue, text);
    }
    await reading;
    await back;
    expect(found).toEqual(numbers(100));
    expect(await peer.pending('q')).toEqual([]);
  });

  it('Redis answers no more: a wait goes on, other calls fail by their deadline', async () => {
    const away = await startRedisServer({ processControl: true });
    const peer = await Peer.start(away.url);
    const queue = await peer.queues.createOrTap('q');
    await queue.enqueueEvent(event('w'));
    expect(textOf(await queue.dequeueEvent())).toBe('w');
    const waiting = queue.dequeueEvent();
    const channel = peer.key('q', 'wake');
    await expect.poll(async () => peer.client.pubSubNumSub(channel)).toEqual({ [channel]: 1 });
    away.pause();
    expect(
      await Promise.all([
        codeOf(queue.enqueueEvent(event('x'))),
        codeOf(queue.dequeueEvent({ noWait: true })),
      ]),
    ).toEqual(['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED']);
    away.resume();
    // What had been sent is applied all the same.
    expect(textOf(await waiting)).toBe('x');
    await peer[Symbol.asyncDispose]();
    await away.stop();
  });
});

describe('a client that the application closed', () => {
  it('ends waits and calls with a typed error; close() still resolves', async () => {
    const peer = await Peer.start(server.url, { reclaimIdleMs: 100 }, newPrefix());
    const queue = await peer.queues.createOrTap('q');
    const waiting = codeOf(queue.dequeueEvent());
    await peer.client.close();
    expect(await waiting).toBe('CLIENT_CLOSED');
    expect(await codeOf(queue.enqueueEvent(event('x')))).toBe('CLIENT_CLOSED');
    await queue.close();
    await peer.queues.close();
    expect(peer.errors.map((error) => 'code' in error && error.code)).toEqual(['CLIENT_CLOSED']);
  });
});
