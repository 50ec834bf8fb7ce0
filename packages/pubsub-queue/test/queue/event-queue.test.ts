import { randomUUID } from 'node:crypto';

import { ServerCallContext, UnauthenticatedUser } from '@a2a-js/sdk/server';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { chunkOf, textOf } from '../chunk-of.ts';
import { keysOf } from '../keys-of.ts';
import { code, enqueue, read, useQueues } from './use-queues.ts';

const queues = useQueues();

describe('events', () => {
  it('reach every reader in every process, in order, each once', async () => {
    const [a, b] = [queues.open(), queues.open()];
    const first = await a.createOrTap('q');
    const readers = [first, await a.createOrTap('q'), await b.createOrTap('q'), await first.tap()];
    const texts = Array.from({ length: 300 }, (_, index) => String(index));
    await enqueue(first, ...texts);
    for (const reader of readers) expect(await read(reader, 300)).toEqual(texts);
    for (const reader of readers) {
      expect(await reader.dequeueEvent({ noWait: true })).toBeUndefined();
    }
    expect(queues.errors).toEqual([]);
  });

  it('reach readers of the same process before anything is awaited', async () => {
    const queue = await queues.open().createOrTap('q');
    const tap = await queue.tap();
    const enqueued = queue.enqueueEvent(chunkOf('1'));
    expect(textOf(await tap.dequeueEvent({ noWait: true }))).toBe('1');
    await enqueued;
  });

  it('that were enqueued before a first read are not lost', async () => {
    const [a, b] = [queues.open(), queues.open()];
    const reader = await b.createOrTap('q');
    await enqueue(await a.createOrTap('q'), '1', '2');
    expect(await read(reader, 2)).toEqual(['1', '2']);
  });

  it('that are enqueued once a reader is open are not missed, over and over', async () => {
    const [a, b] = [queues.open(), queues.open()];
    const producer = await a.createOrTap('q');
    for (let round = 0; round < 50; round += 1) {
      const reader = await b.createOrTap('q');
      await enqueue(producer, String(round));
      expect(await read(reader, 1)).toEqual([String(round)]);
      await reader.close();
    }
    expect(queues.errors).toEqual([]);
  });

  it('of one process keep their order for everybody', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(2), fc.nat(3)), { maxLength: 40 }),
        async (steps) => {
          const id = randomUUID();
          const all = [queues.open(), queues.open(), queues.open()];
          const opened = await Promise.all(all.map(async (each) => each.createOrTap(id)));
          const sent: string[][] = [[], [], []];
          const pending: Promise<void>[] = [];
          for (const [index, pauses] of steps) {
            const text = `${index} ${sent[index]?.length ?? 0}`;
            sent[index]?.push(text);
            const queue = opened[index];
            if (queue !== undefined) pending.push(queue.enqueueEvent(chunkOf(text)));
            for (let pause = 0; pause < pauses; pause += 1) await Promise.resolve();
          }
          await Promise.all(pending);
          for (const queue of opened) {
            const seen = await read(queue, steps.length);
            for (const [index, texts] of sent.entries()) {
              expect(seen.filter((text) => String(text).startsWith(`${index} `))).toEqual(texts);
            }
          }
          await queues.closeAll();
        },
      ),
      { numRuns: 15 },
    );
    expect(queues.errors).toEqual([]);
  });

  it('are copies: a reader that changes one changes none of the others', async () => {
    const queue = await queues.open().createOrTap('q');
    const tap = await queue.tap();
    const event = chunkOf('1');
    await queue.enqueueEvent(event);
    const seen = await queue.dequeueEvent();
    if (seen.kind === 'artifactUpdate') seen.data.artifact = undefined;
    expect(textOf(event)).toBe('1');
    expect(await read(tap, 1)).toEqual(['1']);
  });

  it('are stored nowhere', async () => {
    const [a, b] = [queues.open(), queues.open()];
    const reader = await b.createOrTap('q');
    await enqueue(await a.createOrTap('q'), '1');
    await read(reader, 1);
    expect(await keysOf(queues.client, queues.prefix)).toEqual([]);
  });
});

describe('a queue', () => {
  it('is found where somebody has it open, in any process', async () => {
    const [a, b] = [queues.open(), queues.open()];
    expect(await a.tap('q')).toBeUndefined();
    expect(await a.get('q')).toBeUndefined();
    const queue = await a.createOrTap('q');
    expect(await a.get('q')).toBe(queue);
    const found = await b.get('q');
    expect(await b.get('q')).toBe(found);
    const tap = await b.tap('q');
    await enqueue(queue, '1');
    for (const each of [queue, found, tap]) {
      expect(textOf(await each?.dequeueEvent())).toBe('1');
    }
    await a.close('q');
    expect(queue.isClosed).toBe(true);
    expect(await a.tap('q')).not.toBeUndefined();
    await a.close('q');
    await b.close('q');
    expect(await a.get('q')).toBeUndefined();
  });

  it.each(['12345', 'null', 'a:b{c}*?[x]\n', '🦊', 'x'.repeat(10_000), '}', '*'])(
    'may be called %j, and is another one in another scope',
    async (id) => {
      const [a, b] = [queues.open(), queues.open()];
      const tenant = {
        context: new ServerCallContext({ tenant: 't', user: new UnauthenticatedUser() }),
      };
      const readers = await Promise.all([
        b.createOrTap(id),
        b.createOrTap(id, tenant),
        b.createOrTap(`${id}x`),
      ]);
      await enqueue(await a.createOrTap(id), '1');
      await enqueue(await a.createOrTap(id, tenant), '2');
      await enqueue(await a.createOrTap(`${id}x`), '3');
      const seen = await Promise.all(readers.map(async (reader) => read(reader, 1)));
      expect(seen).toEqual([['1'], ['2'], ['3']]);
      expect(readers[0]?.queueId).toBe(id);
    },
  );

  it('needs an id', async () => {
    await expect(queues.open().createOrTap('')).rejects.toThrow(code('INVALID_ARGUMENT'));
  });

  it('of a closed manager cannot be opened, and is closed', async () => {
    const manager = queues.open();
    const queue = await manager.createOrTap('q');
    await manager.close();
    await manager.close();
    expect(queue.isClosed).toBe(true);
    await expect(manager.createOrTap('q')).rejects.toThrow(code('CLIENT_CLOSED'));
    await expect(queue.tap()).rejects.toThrow(code('QUEUE_CLOSED'));
  });
});

describe('a read', () => {
  it('with noWait never waits', async () => {
    const queue = await queues.open().createOrTap('q');
    expect(await queue.dequeueEvent({ noWait: true })).toBeUndefined();
  });

  it('ends with its signal, and takes no event', async () => {
    const queue = await queues.open().createOrTap('q');
    const controller = new AbortController();
    const reading = queue.dequeueEvent({ signal: controller.signal });
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(reading).rejects.toThrow(
      expect.objectContaining({ code: 'ABORTED', cause: reason }),
    );
    await expect(queue.dequeueEvent({ signal: controller.signal })).rejects.toThrow(
      code('ABORTED'),
    );
    await enqueue(queue, '1');
    expect(await read(queue, 1)).toEqual(['1']);
  });

  it('waits for its turn: first come, first served', async () => {
    const queue = await queues.open().createOrTap('q');
    const reads = [queue.dequeueEvent(), queue.dequeueEvent(), queue.dequeueEvent()];
    await enqueue(queue, '1', '2', '3');
    expect((await Promise.all(reads)).map(textOf)).toEqual(['1', '2', '3']);
  });

  it('ends when the queue is closed; what came before is still read', async () => {
    const queue = await queues.open().createOrTap('q');
    const tap = await queue.tap();
    await enqueue(queue, '1', '2');
    await read(queue, 2);
    const waiting = queue.dequeueEvent();
    waiting.catch(() => undefined);
    await queue.close();
    await expect(waiting).rejects.toThrow(code('QUEUE_CLOSED'));
    await tap.close();
    expect(await read(tap, 2)).toEqual(['1', '2']);
    await expect(tap.dequeueEvent({ noWait: true })).rejects.toThrow(code('QUEUE_CLOSED'));
    await expect(queue.enqueueEvent(chunkOf('3'))).rejects.toThrow(code('QUEUE_CLOSED'));
  });

  it('needs no acknowledgement', async () => {
    const queue = await queues.open().createOrTap('q');
    await enqueue(queue, '1', '2');
    const first = await queue.dequeueEvent();
    await queue.taskDone(first);
    await queue.taskDone();
    expect(await read(queue, 1)).toEqual(['2']);
  });

  it('goes on and on in a loop, which ends with the queue', async () => {
    const manager = queues.open();
    const queue = await manager.createOrTap('q');
    await enqueue(queue, '1', '2', '3');
    const seen: unknown[] = [];
    for await (const event of queue) {
      seen.push(textOf(event));
      if (seen.length === 2) await queue.close();
    }
    expect(seen).toEqual(['1', '2', '3']);
  });
});
