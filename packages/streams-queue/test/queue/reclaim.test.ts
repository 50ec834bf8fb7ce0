import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ConsumerGroupStrategy } from '../../src/index.ts';
import { enqueue, numbers, Peer, takeAll, textOf } from './support.ts';

const FAST = { reclaimIdleMs: 200, maxDeliveries: 3 };

let server: RedisServer;

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(async () => {
  await server.stop();
});

/** A process that takes events, and dies when it is told to: its client goes without a word. */
async function take(
  from: Peer,
  queueId: string,
  count: number,
): Promise<{ readonly texts: readonly string[]; readonly die: () => void }> {
  const dying = await from.another(server.url, FAST);
  const queue = await dying.queues.createOrTap(queueId);
  const texts: string[] = [];
  while (texts.length < count) texts.push(textOf(await queue.dequeueEvent()));
  return { texts, die: () => dying.client.destroy() };
}

describe('events of a consumer that died', () => {
  it('go to a reader that waits, before new ones, and count as delivered again', async () => {
    await using peer = await Peer.start(server.url, FAST);
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, ...numbers(3));
    const { texts, die } = await take(peer, 'q', 2);
    expect(texts).toEqual(['1', '2']);
    const found: string[] = [];
    const third = await queue.dequeueEvent();
    await queue.taskDone(third);
    die();
    // Only the dead consumer has events now: these come when it has been silent for long enough.
    found.push(textOf(await queue.dequeueEvent()), textOf(await queue.dequeueEvent()));
    expect([textOf(third), ...found]).toEqual(['3', '1', '2']);
    expect((await peer.pending('q')).map((entry) => entry.split(' ')[2])).toEqual(['2', '2']);
    expect(peer.errors).toEqual([]);
  });

  it('a killed process: what it had is processed by another', async () => {
    await using peer = await Peer.start(server.url, FAST);
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, '1', '2');
    const worker = fileURLToPath(new URL('workers/take.mjs', import.meta.url));
    const child = fork(worker, [server.url, peer.prefix, 'q'], { execArgv: [] });
    const [taken] = (await once(child, 'message')) as [string];
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    const found: string[] = [];
    for await (const next of queue) {
      found.push(textOf(next));
      if (found.length < 2) continue;
      await queue.taskDone(next);
      break;
    }
    // Which comes first depends on how long the process took to end.
    expect([taken, found.toSorted()]).toEqual(['1', ['1', '2']]);
    expect(await peer.pending('q')).toEqual([]);
  });

  it('the consumer itself is removed some time after its last event', async () => {
    await using peer = await Peer.start(server.url, { reclaimIdleMs: 100 });
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, '1');
    (await take(peer, 'q', 1)).die();
    expect(await peer.consumers('q')).toHaveLength(2);
    const one = await queue.dequeueEvent();
    await queue.taskDone(one);
    const stopped = new AbortController();
    const waiting = queue.dequeueEvent({ signal: stopped.signal }).catch(() => undefined);
    await expect.poll(async () => peer.consumers('q')).toHaveLength(1);
    const state = await peer.client.hGetAll(peer.key('q', 'state'));
    expect(Object.keys(state).filter((field) => field.startsWith('r:'))).toHaveLength(1);
    stopped.abort();
    await waiting;
  });

  it('a tap that died leaves no group behind when others open the queue', async () => {
    await using peer = await Peer.start(server.url, { reclaimIdleMs: 100 });
    const dying = await peer.another(server.url, { reclaimIdleMs: 100 });
    await (await dying.queues.createOrTap('q')).tap();
    dying.client.destroy();
    expect(await peer.groups('q')).toHaveLength(2);
    await expect
      .poll(async () => {
        await (await peer.queues.createOrTap('q')).close();
        return peer.groups('q');
      })
      .toEqual(['shared']);
  });
});

describe('a consumer that is alive', () => {
  it('keeps an event for much longer than events are reclaimed after', async () => {
    const config = { reclaimIdleMs: 1000, maxDeliveries: 3 };
    await using peer = await Peer.start(server.url, config);
    await using other = await peer.another(server.url, config);
    const slow = await peer.queues.createOrTap('q');
    const idle = await other.queues.createOrTap('q');
    await enqueue(slow, '1');
    const event = await slow.dequeueEvent();
    const takenAt = Date.now();
    const stopped = new AbortController();
    const waiting = idle.dequeueEvent({ signal: stopped.signal }).then(textOf, () => 'nothing');
    await expect.poll(() => Date.now() - takenAt, { timeout: 60_000 }).toBeGreaterThan(3500);
    expect((await peer.pending('q')).map((entry) => entry.split(' ')[2])).toEqual(['1']);
    await slow.taskDone(event);
    stopped.abort();
    expect(await waiting).toBe('nothing');
    expect(await peer.pending('q')).toEqual([]);
  });

  it('does not take back an event that others took while it was paused', async () => {
    await using peer = await Peer.start(server.url, {
      ...FAST,
      strategy: ConsumerGroupStrategy.CUSTOM,
      groupName: 'g',
      consumerName: 'paused',
    });
    const paused = await peer.queues.createOrTap('q');
    await enqueue(paused, '1');
    const event = await paused.dequeueEvent();
    const [pending] = await peer.client.xPendingRange(
      peer.key('q', 'events'),
      'custom:g',
      '-',
      '+',
      1,
    );
    await peer.client.xClaim(peer.key('q', 'events'), 'custom:g', 'thief', 0, pending?.id ?? '');
    // Several signs of life later it is still the other's.
    const seenAt = Date.now();
    await expect.poll(() => Date.now() - seenAt, { timeout: 60_000 }).toBeGreaterThan(500);
    expect(await peer.pending('q', 'custom:g')).toEqual(['1 thief 2']);
    // It was processed all the same.
    await paused.taskDone(event);
    expect(await peer.pending('q', 'custom:g')).toEqual([]);
  });
});

describe('poison', () => {
  it('an event is set aside after its last delivery, and can be read', async () => {
    await using peer = await Peer.start(server.url, FAST);
    const queue = await peer.queues.createOrTap('q');
    const [id] = await enqueue(queue, 'bad', 'good');
    const seen: string[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      for await (const next of queue) {
        seen.push(textOf(next));
        break;
      }
    }
    expect(await takeAll(queue)).toEqual(['good']);
    expect(seen).toEqual(['bad', 'bad', 'bad']);
    const poison = await queue.readPoison();
    expect(poison).toHaveLength(1);
    expect(poison[0]).toMatchObject({
      eventId: id,
      group: 'shared',
      consumer: 'returned',
      deliveries: 3,
      reason: 'deliveries',
    });
    expect(textOf(poison[0]?.event)).toBe('bad');
    expect(Math.abs(Date.now() - (poison[0]?.setAsideAt.getTime() ?? 0))).toBeLessThan(60_000);
    expect(await queue.readPoison({ after: poison[0]?.id })).toEqual([]);
    expect((await peer.pending('q')).map((entry) => entry.split(' ')[0])).toEqual(['2']);
    expect(peer.errors.map((error) => 'code' in error && error.code)).toEqual(['EVENT_SET_ASIDE']);
  });

  it('can be given back to its group, once', async () => {
    await using peer = await Peer.start(server.url, { ...FAST, maxDeliveries: 1 });
    const queue = await peer.queues.createOrTap('q');
    const tap = await queue.tap();
    await enqueue(queue, '1');
    expect(await takeAll(tap)).toEqual(['1']);
    for await (const next of queue) if (textOf(next) === '1') break;
    expect(await takeAll(queue)).toEqual([]);
    const [poison] = await queue.readPoison();
    if (poison === undefined) throw new Error('nothing was set aside');
    expect(await queue.retryPoison(poison)).toBe(true);
    expect(await queue.retryPoison(poison.id)).toBe(false);
    expect(await queue.readPoison()).toEqual([]);
    expect([await takeAll(queue), await takeAll(tap)]).toEqual([['1'], []]);
    await queue.taskDone();
    expect(await peer.pending('q')).toEqual([]);
  });

  it('an entry that is no event is set aside at once, and the next one delivered', async () => {
    await using peer = await Peer.start(server.url);
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, '1');
    const key = peer.key('q', 'events');
    await peer.client.xAdd(key, `${Date.now() + 1000}-2`, { e: 'not an event' });
    await peer.client.hSet(peer.key('q', 'state'), 'last', `${Date.now() + 1000}-2`);
    await enqueue(queue, '3');
    expect(await takeAll(queue)).toEqual(['1', '3']);
    await expect.poll(async () => queue.readPoison()).toHaveLength(1);
    expect(await queue.readPoison()).toMatchObject([
      { reason: 'corrupt', stored: 'not an event', event: undefined, deliveries: 1 },
    ]);
    expect((await peer.pending('q')).map((entry) => entry.split(' ')[0])).toEqual(['1', '3']);
    expect(peer.errors.map((error) => 'code' in error && error.code)).toEqual(['EVENT_SET_ASIDE']);
  });
});
