import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type ConsumerGroupConfig, ConsumerGroupStrategy } from '../../src/index.ts';
import { codeOf, enqueue, event, numbers, Peer, takeAll, textOf } from './support.ts';

let server: RedisServer;
let a: Peer;
let b: Peer;

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(async () => {
  await server.stop();
});

/** Two processes, in place of those that were there. */
async function restart(
  config: ConsumerGroupConfig,
  forB: ConsumerGroupConfig = config,
): Promise<void> {
  await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()]);
  await start(config, forB);
}

async function start(config: ConsumerGroupConfig, forB: ConsumerGroupConfig): Promise<void> {
  a = await Peer.start(server.url, config);
  b = await a.another(server.url, forB);
}

beforeEach(async () => start({}, {}));
afterEach(async () => {
  await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()]);
  a.requireNoErrors();
  b.requireNoErrors();
});

describe('strategies', () => {
  it('SHARED_LOAD_BALANCING: each event goes to one reader', async () => {
    await restart({ strategy: ConsumerGroupStrategy.SHARED_LOAD_BALANCING });
    const [inA, inB] = [await a.queues.createOrTap('q'), await b.queues.createOrTap('q')];
    await enqueue(inA, ...numbers(10));
    const found: string[][] = [[], []];
    for (let round = 0; round < 5; round += 1) {
      found[0]?.push(textOf(await inA.dequeueEvent()));
      found[1]?.push(textOf(await inB.dequeueEvent()));
    }
    expect(found).toEqual([
      ['1', '3', '5', '7', '9'],
      ['2', '4', '6', '8', '10'],
    ]);
    expect(await a.groups('q')).toEqual(['shared']);
  });

  it('INSTANCE_ISOLATED: each event goes to every queue manager', async () => {
    await restart({ strategy: ConsumerGroupStrategy.INSTANCE_ISOLATED });
    const [inA, inB] = [await a.queues.createOrTap('q'), await b.queues.createOrTap('q')];
    await enqueue(inA, ...numbers(10));
    expect([await takeAll(inA), await takeAll(inB)]).toEqual([numbers(10), numbers(10)]);
    expect(await a.groups('q')).toHaveLength(2);
    await inA.close();
    await inB.close();
    expect(await a.groups('q')).toEqual([]);
  });

  it('CUSTOM: the groups and consumers that are named', async () => {
    const custom = (groupName: string, consumerName: string): ConsumerGroupConfig => ({
      strategy: ConsumerGroupStrategy.CUSTOM,
      groupName,
      consumerName,
    });
    await restart(custom('mail', 'one'), custom('mail', 'two'));
    await using c = await a.another(server.url, custom('audit', 'one'));
    const inA = await a.queues.createOrTap('q');
    const inB = await b.queues.createOrTap('q');
    const inC = await c.queues.createOrTap('q');
    await enqueue(inA, '1', '2');
    const first = textOf(await inA.dequeueEvent());
    const second = textOf(await inB.dequeueEvent());
    expect([first, second, await takeAll(inC)]).toEqual(['1', '2', ['1', '2']]);
    expect((await a.groups('q')).toSorted()).toEqual(['custom:audit', 'custom:mail']);
    expect(await a.pending('q', 'custom:mail')).toEqual(['1 one 1', '2 two 1']);
    expect(await a.pending('q', 'custom:audit')).toEqual(['1 one 1', '2 one 1']);
  });

  it('a group begins where startFrom says', async () => {
    const writer = await a.queues.createOrTap('q');
    const ids = await enqueue(writer, 'before');
    await expect.poll(() => Date.now() > Number.parseInt(ids[0] ?? '', 10) + 1).toBe(true);
    const moment = new Date();
    ids.push(...(await enqueue(writer, 'x', 'y')));
    const read = async (name: string, startFrom: string | Date): Promise<string[]> => {
      const config = { strategy: ConsumerGroupStrategy.CUSTOM, groupName: name, startFrom };
      await using peer = await a.another(server.url, config);
      return await takeAll(await peer.queues.createOrTap('q'));
    };
    expect(await read('g1', 'beginning')).toEqual(['before', 'x', 'y']);
    expect(await read('g2', moment)).toEqual(['x', 'y']);
    expect(await read('g3', ids[1] ?? '')).toEqual(['y']);
    expect(await read('g4', 'now')).toEqual([]);
  });
});

describe('createOrTap, tap and get', () => {
  it('tap the queue that is open here, and join the group in another process', async () => {
    const first = await a.queues.createOrTap('q');
    const tap = await a.queues.createOrTap('q');
    const other = await b.queues.createOrTap('q');
    expect((await a.groups('q')).filter((name) => !name.startsWith('tap:'))).toEqual(['shared']);
    expect(await a.groups('q')).toHaveLength(2);
    await enqueue(first, '1', '2');
    expect(textOf(await first.dequeueEvent())).toBe('1');
    expect(textOf(await other.dequeueEvent())).toBe('2');
    expect(await takeAll(tap)).toEqual(['1', '2']);
  });

  it('make one member only when called at once', async () => {
    const queues = await Promise.all(numbers(5).map(async () => a.queues.createOrTap('q')));
    expect(await a.groups('q')).toHaveLength(5);
    expect(await a.consumers('q')).toHaveLength(1);
    expect(new Set(queues).size).toBe(5);
  });

  it('find nothing where no process made the queue', async () => {
    expect(await a.queues.get('q')).toBeUndefined();
    expect(await a.queues.tap('q')).toBeUndefined();
    const keys = await a.client.keys(`${a.prefix}*`);
    expect(keys).toEqual([]);
  });

  it('find a queue of another process', async () => {
    const inA = await a.queues.createOrTap('q');
    const inB = await b.queues.get('q');
    const tap = await b.queues.tap('q');
    if (inB === undefined || tap === undefined) throw new Error('not found');
    expect(await a.queues.get('q')).toBe(inA);
    expect(await b.queues.get('q')).toBe(inB);
    await inB.enqueueEvent(event('from b'));
    expect(textOf(await inA.dequeueEvent())).toBe('from b');
    expect(await takeAll(tap)).toEqual(['from b']);
  });

  it('refuse ids and options that are wrong', async () => {
    expect(await codeOf(a.queues.createOrTap(''))).toBe('INVALID_ARGUMENT');
    expect(await codeOf(a.queues.get(7 as unknown as string))).toBe('INVALID_ARGUMENT');
    const consumerConfig = { maxDeliveries: 0 };
    expect(await codeOf(a.queues.createOrTap('q', { consumerConfig }))).toBe('INVALID_OPTION');
  });
});

describe('close', () => {
  it('gives back what was not acknowledged, and removes the consumer', async () => {
    const [inA, inB] = [await a.queues.createOrTap('q'), await b.queues.createOrTap('q')];
    await enqueue(inA, '1', '2', '3', '4');
    await inA.dequeueEvent();
    await inA.dequeueEvent();
    await inA.taskDone();
    expect(await a.consumers('q')).toHaveLength(2);
    await inA.close();
    expect(await a.pending('q')).toEqual(['2 returned 1']);
    expect(await takeAll(inB)).toEqual(['2', '3', '4']);
    const consumer = (await a.consumers('q')).find((name) => name !== 'returned');
    expect(await a.pending('q')).toEqual([`2 ${consumer} 2`, `3 ${consumer} 1`, `4 ${consumer} 1`]);
  });

  it('wakes a reader that can take what was given back', async () => {
    const [inA, inB] = [await a.queues.createOrTap('q'), await b.queues.createOrTap('q')];
    await enqueue(inA, '1');
    await inA.dequeueEvent();
    const waiting = inB.dequeueEvent();
    await expect
      .poll(async () => a.client.pubSubNumSub(a.key('q', 'wake')))
      .toEqual({
        [a.key('q', 'wake')]: 1,
      });
    await inA.close();
    expect(textOf(await waiting)).toBe('1');
  });

  it('loses no unread events: the next one to open the queue gets them', async () => {
    const inA = await a.queues.createOrTap('q');
    await enqueue(inA, ...numbers(250));
    await inA.dequeueEvent();
    await inA.close();
    expect(await takeAll(await b.queues.createOrTap('q'))).toEqual(numbers(250));
  });

  it('waits for events that are on their way', async () => {
    const inA = await a.queues.createOrTap('q');
    const sending = enqueue(inA, ...numbers(300));
    await inA.close();
    await sending;
    expect(await takeAll(await b.queues.createOrTap('q'))).toEqual(numbers(300));
  });

  it('ends everything with QUEUE_CLOSED, and can be repeated', async () => {
    const queue = await a.queues.createOrTap('q');
    expect(queue.isClosed).toBe(false);
    const waiting = codeOf(queue.dequeueEvent());
    await Promise.all([queue.close(), queue.close()]);
    await queue.close();
    expect(queue.isClosed).toBe(true);
    expect(await waiting).toBe('QUEUE_CLOSED');
    const calls = [
      async () => queue.enqueueEvent(event('x')),
      async () => queue.dequeueEvent(),
      async () => queue.dequeueEvent({ noWait: true }),
      async () => queue.taskDone(),
      async () => queue.tap(),
      async () => queue.replay().next(),
      async () => queue.readPoison(),
      async () => queue.retryPoison('1-1'),
    ];
    for (const call of calls) expect(await codeOf(call())).toBe('QUEUE_CLOSED');
    expect(await queue[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined });
  });

  it('of the manager with an id closes the queue here with its taps, and only here', async () => {
    const queue = await a.queues.createOrTap('q');
    const tap = await queue.tap();
    const kept = await a.queues.createOrTap('other');
    const inB = await b.queues.createOrTap('q');
    await a.queues.close('q');
    expect([queue, tap, kept, inB].map(({ isClosed }) => isClosed)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(await a.groups('q')).toEqual(['shared']);
    await a.queues.close('q');
    const again = await a.queues.createOrTap('q');
    expect(again).not.toBe(queue);
    await enqueue(again, '1');
    expect(textOf(await again.dequeueEvent())).toBe('1');
  });

  it('of the manager without an id closes all queues', async () => {
    const queues = [await a.queues.createOrTap('q'), await a.queues.createOrTap('r')];
    await enqueue(queues[0] ?? (await a.queues.createOrTap('none')), '1');
    await queues[0]?.dequeueEvent();
    await a.queues.close();
    expect(queues.map(({ isClosed }) => isClosed)).toEqual([true, true]);
    expect(await codeOf(a.queues.createOrTap('q'))).toBe('CLIENT_CLOSED');
    expect(await codeOf(a.queues.close('q'))).toBe('CLIENT_CLOSED');
    expect(await takeAll(await b.queues.createOrTap('q'))).toEqual(['1']);
  });
});

describe('tap', () => {
  it('gets every event from now on, and takes none away', async () => {
    const queue = await a.queues.createOrTap('q');
    await enqueue(queue, '1');
    const tap = await queue.tap();
    const tapOfTap = await tap.tap();
    await enqueue(tap, '2', '3');
    expect(await takeAll(tap)).toEqual(['2', '3']);
    expect(await takeAll(tapOfTap)).toEqual(['2', '3']);
    expect(await takeAll(queue)).toEqual(['1', '2', '3']);
  });

  it('removes its group when it is closed, and nothing else', async () => {
    const queue = await a.queues.createOrTap('q');
    const tap = await queue.tap();
    await enqueue(queue, '1');
    expect(await takeAll(tap)).toEqual(['1']);
    await tap.close();
    expect(await a.groups('q')).toEqual(['shared']);
    const state = await a.client.hGetAll(a.key('q', 'state'));
    expect(Object.keys(state).filter((field) => field.includes('tap:'))).toEqual([]);
    expect(await takeAll(queue)).toEqual(['1']);
  });

  it('reads on where it stood when its group was removed behind its back', async () => {
    const queue = await a.queues.createOrTap('q');
    const tap = await queue.tap();
    await enqueue(queue, '1', '2');
    const first = await tap.dequeueEvent();
    await tap.taskDone(first);
    const group = (await a.groups('q')).find((name) => name.startsWith('tap:')) ?? '';
    await a.client.xGroupDestroy(a.key('q', 'events'), group);
    await enqueue(queue, '3');
    expect([textOf(first), ...(await takeAll(tap))]).toEqual(['1', '2', '3']);
  });
});
