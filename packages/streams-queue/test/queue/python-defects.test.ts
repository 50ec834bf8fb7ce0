import { TaskState } from '@a2a-js/sdk';
import { AgentEvent, ServerCallContext } from '@a2a-js/sdk/server';
import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { RedisTaskStore } from '@a2a-redis/task-store';
import { createClientPool } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RedisStreamsQueueManager } from '../../src/index.ts';
import { codeOf, enqueue, event, numbers, Peer, takeAll, textOf } from './support.ts';

let server: RedisServer;

beforeAll(async () => {
  server = await startRedisServer({ exclusive: true });
});
afterAll(async () => {
  await server.stop();
});

describe('what the Python package got wrong', () => {
  it('an event is not acknowledged before it was processed', async () => {
    await using peer = await Peer.start(server.url, { reclaimIdleMs: 100 });
    const dying = await peer.another(server.url, { reclaimIdleMs: 100 });
    await enqueue(await peer.queues.createOrTap('q'), '1');
    const [consumer] = await peer.consumers('q');
    expect(textOf(await (await dying.queues.createOrTap('q')).dequeueEvent())).toBe('1');
    dying.client.destroy();
    const next = await (await peer.queues.get('q'))?.dequeueEvent();
    expect(textOf(next)).toBe('1');
    expect(await peer.pending('q')).toEqual([`1 ${consumer} 2`]);
  });

  it('noWait does not block for ever', async () => {
    await using peer = await Peer.start(server.url);
    const queue = await peer.queues.createOrTap('q');
    expect(await queue.dequeueEvent({ noWait: true })).toBeUndefined();
    const clients = await peer.client.clientList();
    expect(clients.map(({ cmd }) => cmd).filter((cmd) => /^x|^b[lrz]/u.test(cmd))).toEqual([]);
  });

  it('a tap has a group of its own and steals no events', async () => {
    await using peer = await Peer.start(server.url);
    const queue = await peer.queues.createOrTap('q');
    const taps = await Promise.all(numbers(3).map(async () => queue.tap()));
    await enqueue(queue, ...numbers(10));
    for (const tap of taps) expect(await takeAll(tap)).toEqual(numbers(10));
    expect(await takeAll(queue)).toEqual(numbers(10));
    expect(new Set(await peer.groups('q')).size).toBe(4);
  });

  it('close() loses neither unread nor unacknowledged events', async () => {
    await using peer = await Peer.start(server.url);
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, ...numbers(10));
    await queue.dequeueEvent();
    await queue.dequeueEvent();
    await queue.close();
    expect(await takeAll(await peer.queues.createOrTap('q'))).toEqual(numbers(10));
  });

  it('taskDone does something', async () => {
    await using peer = await Peer.start(server.url);
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, '1');
    await queue.dequeueEvent();
    expect(await peer.pending('q')).toHaveLength(1);
    await queue.taskDone();
    expect(await peer.pending('q')).toEqual([]);
  });

  it('every key of a queue expires, and its stream is trimmed', async () => {
    await using peer = await Peer.start(server.url, { maxEvents: 100, ttlSeconds: 60 });
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, ...numbers(2000));
    expect(await peer.client.xLen(peer.key('q', 'events'))).toBeLessThan(300);
    const keys = await peer.client.keys(`${peer.prefix}*`);
    expect(keys).toHaveLength(3);
    for (const key of keys) {
      const ttl = await peer.client.ttl(key);
      expect(ttl).toBeGreaterThan(0);
      expect(ttl).toBeLessThanOrEqual(60);
    }
  });

  it('readers that wait do not starve a task store on the same pool of 5', async () => {
    const pool = createClientPool({ url: server.url }, { maximum: 5 });
    pool.on('error', () => {});
    await pool.connect();
    const subscriber = await connect(server.url);
    const prefix = newPrefix();
    const queues = new RedisStreamsQueueManager(pool, { prefix, subscriber });
    const waiting = numbers(20).map(async (name) => {
      const queue = await queues.createOrTap(name);
      return textOf(await queue.dequeueEvent());
    });
    const channels = async (): Promise<number> => (await pool.pubSubChannels(`${prefix}*`)).length;
    await expect.poll(channels).toBe(20);
    const store = new RedisTaskStore(pool, { prefix: `${prefix}tasks:`, deadlineMs: 5000 });
    const context = new ServerCallContext();
    const status = {
      state: TaskState.TASK_STATE_WORKING,
      message: undefined,
      timestamp: undefined,
    };
    const task = {
      id: 't',
      contextId: 'c',
      status,
      artifacts: [],
      history: [],
      metadata: undefined,
    };
    await store.save(task, context);
    expect((await store.load('t', context))?.id).toBe('t');
    for (const name of numbers(20)) await (await queues.get(name))?.enqueueEvent(event(name));
    expect(await Promise.all(waiting)).toEqual(numbers(20));
    await queues.close();
    subscriber.destroy();
    pool.destroy();
  });

  it('a queue can be found by other processes', async () => {
    await using peer = await Peer.start(server.url);
    await using other = await peer.another(server.url);
    await enqueue(await peer.queues.createOrTap('q'), '1');
    const found = await other.queues.get('q');
    expect(textOf(await found?.dequeueEvent())).toBe('1');
  });

  it('texts such as 12345 and null stay texts, and metadata keys mean nothing', async () => {
    await using peer = await Peer.start(server.url);
    const queue = await peer.queues.createOrTap('12345');
    const sent = AgentEvent.statusUpdate({
      taskId: '12345',
      contextId: 'null',
      status: { state: TaskState.TASK_STATE_WORKING, message: undefined, timestamp: undefined },
      metadata: {
        __class__: 'datetime',
        _type: 'TaskState',
        kind: 'message',
        id: '007',
        nothing: 'null',
        yes: 'true',
      },
    });
    await queue.enqueueEvent(sent);
    expect(await queue.dequeueEvent()).toEqual(sent);
  });

  it('a queue that cannot be asked is not taken for an empty or a missing one', async () => {
    const peer = await Peer.start(server.url);
    const queue = await peer.queues.createOrTap('q');
    peer.client.destroy();
    expect(await codeOf(queue.dequeueEvent({ noWait: true }))).toBe('CLIENT_CLOSED');
    expect(await codeOf(peer.queues.get('other'))).toBe('CLIENT_CLOSED');
    expect(await codeOf(peer.queues.tap('other'))).toBe('CLIENT_CLOSED');
    await peer.queues.close();
  });

  it('a queue belongs to a tenant and an owner', async () => {
    await using peer = await Peer.start(server.url);
    const contexts = [
      ['t', 'ann'],
      ['t', 'bob'],
      ['u', 'ann'],
    ].map(
      ([tenant = '', userName = '']) =>
        new ServerCallContext({ tenant, user: { isAuthenticated: true, userName } }),
    );
    for (const [index, context] of contexts.entries()) {
      await enqueue(await peer.queues.createOrTap('q', { context }), `${index}`);
    }
    const found: string[][] = [];
    for (const context of contexts) {
      const queue = await peer.queues.get('q', { context });
      found.push(queue === undefined ? [] : await takeAll(queue));
    }
    expect(found).toEqual([['0'], ['1'], ['2']]);
  });
});
