import { AgentEvent, type AgentExecutionEvent, ServerCallContext } from '@a2a-js/sdk/server';
import { TaskState } from '@a2a-js/sdk';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { codeOf, enqueue, event, numbers, Peer, takeAll, textOf } from './support.ts';

let server: RedisServer;
let peer: Peer;

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(async () => {
  await server.stop();
});
beforeEach(async () => {
  peer = await Peer.start(server.url);
});
afterEach(async () => {
  await peer[Symbol.asyncDispose]();
  peer.requireNoErrors();
});

describe('enqueueEvent', () => {
  it('keeps the order of calls that do not wait for each other', async () => {
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, ...numbers(300));
    expect(await takeAll(queue)).toEqual(numbers(300));
  });

  it('resolves to ids whose sequence has no gaps', async () => {
    const queue = await peer.queues.createOrTap('q');
    const ids = await enqueue(queue, ...numbers(200));
    expect(ids.map((id) => Number(id.split('-')[1]))).toEqual(numbers(200).map(Number));
    const stored = await peer.client.xRange(peer.key('q', 'events'), '-', '+');
    expect(stored?.map(({ id }) => id)).toEqual(ids);
  });

  it('brings every kind of event as it was', async () => {
    const queue = await peer.queues.createOrTap('q');
    const status = {
      state: TaskState.TASK_STATE_WORKING,
      message: undefined,
      timestamp: '2026-01-02T03:04:05.678Z',
    };
    const part = {
      content: { $case: 'raw' as const, value: Buffer.from([0, 255, 10]) },
      mediaType: 'x/y',
      filename: 'ü\n😀',
      metadata: { type: 'datetime', __type__: 'int', value: '12345' },
    };
    const artifact = {
      artifactId: 'a',
      name: '',
      description: '',
      parts: [part],
      metadata: undefined,
      extensions: [],
    };
    const events = [
      event('m'),
      AgentEvent.task({
        id: '12345',
        contextId: 'null',
        status,
        artifacts: [artifact],
        history: [],
        metadata: { n: null, f: 1.5 },
      }),
      AgentEvent.statusUpdate({ taskId: 't', contextId: 'c', status, metadata: undefined }),
      AgentEvent.artifactUpdate({
        taskId: 't',
        contextId: 'c',
        artifact,
        append: true,
        lastChunk: false,
        metadata: undefined,
      }),
    ];
    for (const each of events) await queue.enqueueEvent(each);
    const found: (AgentExecutionEvent | undefined)[] = [];
    for (const each of events) {
      found.push(await queue.dequeueEvent());
      expect(found.at(-1)).toEqual(each);
    }
    expect(found).toHaveLength(4);
  });

  it('refuses what is no event, before Redis is asked', async () => {
    const queue = await peer.queues.createOrTap('q');
    const wrong = { kind: 'other', data: {} } as unknown as AgentExecutionEvent;
    expect(await codeOf(queue.enqueueEvent(wrong))).toBe('INVALID_ARGUMENT');
    expect(await codeOf(queue.enqueueEvent(null as unknown as AgentExecutionEvent))).toBe(
      'INVALID_ARGUMENT',
    );
    expect(await peer.client.xLen(peer.key('q', 'events'))).toBe(0);
  });
});

describe('dequeueEvent', () => {
  it('waits for the next event', async () => {
    const queue = await peer.queues.createOrTap('q');
    const waiting = queue.dequeueEvent();
    await enqueue(queue, 'a');
    expect(textOf(await waiting)).toBe('a');
  });

  it('wakes a reader in another process', async () => {
    await using other = await peer.another(server.url);
    const reader = await other.queues.createOrTap('q');
    const writer = await peer.queues.createOrTap('q');
    const found: string[] = [];
    const reading = (async () => {
      while (found.length < 50) {
        const next = await reader.dequeueEvent();
        found.push(textOf(next));
        await reader.taskDone(next);
      }
    })();
    for (const text of numbers(50)) await enqueue(writer, text);
    await reading;
    expect(found).toEqual(numbers(50));
    expect(other.errors).toEqual([]);
  });

  it('serves many waits in their order', async () => {
    const queue = await peer.queues.createOrTap('q');
    const waiting = Promise.all(numbers(200).map(async () => textOf(await queue.dequeueEvent())));
    await enqueue(queue, ...numbers(200));
    expect(await waiting).toEqual(numbers(200));
  });

  it('with noWait, answers undefined on an empty queue, also while others wait', async () => {
    const queue = await peer.queues.createOrTap('q');
    expect(await queue.dequeueEvent({ noWait: true })).toBeUndefined();
    const waiting = Promise.all(numbers(100).map(async () => textOf(await queue.dequeueEvent())));
    expect(await queue.dequeueEvent({ noWait: true })).toBeUndefined();
    await enqueue(queue, ...numbers(100));
    expect(await waiting).toEqual(numbers(100));
  });

  it('ends with ABORTED and the reason when the signal fires, and loses nothing', async () => {
    const queue = await peer.queues.createOrTap('q');
    const controller = new AbortController();
    const waiting = queue.dequeueEvent({ signal: controller.signal });
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED', cause: reason });
    await expect(queue.dequeueEvent({ signal: controller.signal })).rejects.toMatchObject({
      code: 'ABORTED',
      cause: reason,
    });
    await enqueue(queue, 'a');
    expect(await takeAll(queue)).toEqual(['a']);
  });

  it('gives back an event that nobody waits for any more, not counted as delivered', async () => {
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, 'a');
    const controller = new AbortController();
    // The read is under way when the wait ends.
    const waiting = codeOf(queue.dequeueEvent({ signal: controller.signal }));
    controller.abort();
    expect(await waiting).toBe('ABORTED');
    await expect.poll(async () => peer.pending('q')).toEqual(['1 returned 0']);
    expect(textOf(await queue.dequeueEvent())).toBe('a');
    const consumer = (await peer.consumers('q')).find((name) => name !== 'returned');
    expect(await peer.pending('q')).toEqual([`1 ${consumer} 1`]);
  });
});

describe('taskDone', () => {
  it('acknowledges the oldest event, or the one that is named, and only then', async () => {
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, 'a', 'b', 'c');
    await queue.dequeueEvent();
    const b = await queue.dequeueEvent();
    await queue.dequeueEvent();
    const [consumer = ''] = await peer.consumers('q');
    const pending = (...sequences: number[]): string[] =>
      sequences.map((sequence) => `${sequence} ${consumer} 1`);
    expect(await peer.pending('q')).toEqual(pending(1, 2, 3));
    await queue.taskDone(b);
    expect(await peer.pending('q')).toEqual(pending(1, 3));
    await Promise.all([queue.taskDone(), queue.taskDone()]);
    expect(await peer.pending('q')).toEqual([]);
  });

  it('refuses an event that does not wait for it', async () => {
    const queue = await peer.queues.createOrTap('q');
    expect(await codeOf(queue.taskDone())).toBe('INVALID_ARGUMENT');
    await enqueue(queue, 'a');
    const a = await queue.dequeueEvent();
    expect(await codeOf(queue.taskDone(event('a')))).toBe('INVALID_ARGUMENT');
    await queue.taskDone(a);
    expect(await codeOf(queue.taskDone(a))).toBe('INVALID_ARGUMENT');
  });
});

describe('iteration', () => {
  it('acknowledges an event when the next one is asked for, and ends at close', async () => {
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, 'a', 'b', 'c');
    const pendingAt: number[] = [];
    const found: string[] = [];
    for await (const next of queue) {
      found.push(textOf(next));
      pendingAt.push((await peer.pending('q')).length);
      if (found.length < 3) continue;
      await queue.taskDone(next);
      await queue.close();
    }
    expect(found).toEqual(['a', 'b', 'c']);
    expect(pendingAt).toEqual([1, 1, 1]);
    expect(await peer.pending('q')).toEqual([]);
  });

  it('ends while it waits when the queue is closed', async () => {
    const queue = await peer.queues.createOrTap('q');
    const found: string[] = [];
    const reading = (async () => {
      for await (const next of queue) found.push(textOf(next));
    })();
    await enqueue(queue, 'a');
    await expect.poll(() => found).toEqual(['a']);
    await queue.close();
    await reading;
    expect(found).toEqual(['a']);
  });

  it.each(['break', 'throw'] as const)('%s gives the last event back', async (way) => {
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, 'a', 'b');
    const loop = async (): Promise<void> => {
      for await (const next of queue) {
        if (textOf(next) === 'a') continue;
        if (way === 'throw') throw new Error('broken');
        break;
      }
    };
    expect(await loop().catch((error: unknown) => String(error))).toBe(
      way === 'throw' ? 'Error: broken' : undefined,
    );
    expect(await peer.pending('q')).toEqual(['2 returned 1']);
    expect(await takeAll(queue)).toEqual(['b']);
  });

  it('leaves alone an event that the loop acknowledged itself', async () => {
    const queue = await peer.queues.createOrTap('q');
    await enqueue(queue, 'a', 'b');
    for await (const next of queue) {
      await queue.taskDone(next);
      if (textOf(next) === 'b') break;
    }
    expect(await peer.pending('q')).toEqual([]);
    expect(await takeAll(queue)).toEqual([]);
  });
});

describe('scopes', () => {
  it('keep queues of the same id apart', async () => {
    const contexts = ['ann', 'bob'].map(
      (userName) =>
        new ServerCallContext({ tenant: 't', user: { isAuthenticated: true, userName } }),
    );
    const [ann, bob] = await Promise.all(
      contexts.map(async (context) => peer.queues.createOrTap('q', { context })),
    );
    if (ann === undefined || bob === undefined) throw new Error('no queues');
    await enqueue(ann, 'a');
    await enqueue(bob, 'b');
    expect(await peer.queues.tap('q')).toBeUndefined();
    expect([await takeAll(ann), await takeAll(bob)]).toEqual([['a'], ['b']]);
  });
});
