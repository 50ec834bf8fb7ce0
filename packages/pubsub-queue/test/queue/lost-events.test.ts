import { A2ARedisError } from '@a2a-redis/core';
import { encodeEvent } from '@a2a-redis/core/queue-manager';
import { describe, expect, it, vi } from 'vitest';

import type { RedisPubSubQueueManagerOptions } from '../../src/redis-pubsub-queue-manager.ts';
import { chunkOf } from '../chunk-of.ts';
import { LossySubscriber } from '../lossy-subscriber.ts';
import { code, enqueue, read, useQueues } from './use-queues.ts';

const queues = useQueues();

describe('what is lost', () => {
  it('is told in its place, and to onError, when a reader has too much to read', async () => {
    const manager = queues.open({ maxBufferedEvents: 3 });
    const queue = await manager.createOrTap('q');
    await enqueue(queue, '1', '2', '3', '4', '5');
    await expect(queue.dequeueEvent()).rejects.toThrow(
      'Events of queue "q" were lost to a reader: 2 came while 3 waited to be read.',
    );
    expect(await read(queue, 3)).toEqual(['3', '4', '5']);
    expect(queues.errors.map(({ message }) => message)).toEqual([
      'Events of queue "q" were lost to a reader: more than 3 wait to be read; see "maxBufferedEvents".',
    ]);
  });

  it('is told in its place when messages did not come', async () => {
    await using subscriber = await LossySubscriber.connect(queues.url);
    const [a, b] = [queues.open(), queues.open({ subscriber })];
    const producer = await a.createOrTap('q');
    const readers = [await b.createOrTap('q'), await b.createOrTap('q')];
    await enqueue(producer, '1');
    await Promise.all(readers.map(async (reader) => read(reader, 1)));
    subscriber.loses = (message) => message.includes('"2"');
    await enqueue(producer, '2');
    await enqueue(producer, '3');
    const reason = 'Events of queue "q" were lost to a reader: 1 did not come.';
    for (const reader of readers) {
      await expect(reader.dequeueEvent()).rejects.toThrow(reason);
      expect(await read(reader, 1)).toEqual(['3']);
    }
    expect(queues.errors.map(({ message }) => message)).toEqual([reason]);
  });

  it('may be something when a connection breaks: told to all who read, and they go on', async () => {
    const [a, b] = [queues.open(), queues.open()];
    const producer = await a.createOrTap('q');
    const reader = await b.createOrTap('q');
    const waiting = reader.dequeueEvent();
    const other = await b.createOrTap('other');
    await queues.client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
    const reason = 'were lost to a reader: the connection was lost for a while.';
    await expect(waiting).rejects.toThrow(reason);
    await expect(other.dequeueEvent()).rejects.toThrow(reason);
    await enqueue(producer, '1');
    expect(await read(reader, 1)).toEqual(['1']);
    // The producer's own reader is told, too.
    await vi.waitUntil(() => lossesOf(queues.errors) === 3);
  });

  it('is told once where a connection broke, not once more by the next event', async () => {
    await using subscriber = await LossySubscriber.connect(queues.url);
    const [a, b] = [queues.open(), queues.open({ subscriber })];
    const producer = await a.createOrTap('q');
    const reader = await b.createOrTap('q');
    await enqueue(producer, '1');
    await read(reader, 1);
    subscriber.loses = (message) => message.includes('"2"');
    await enqueue(producer, '2');
    const waiting = reader.dequeueEvent();
    await queues.client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
    await expect(waiting).rejects.toThrow('the connection was lost for a while');
    await enqueue(producer, '3');
    expect(await read(reader, 1)).toEqual(['3']);
  });

  it('is told in its place where an event cannot be read; other queues lose nothing', async () => {
    const manager = queues.open();
    const readers = [await manager.createOrTap('q'), await manager.createOrTap('q')];
    const other = await manager.createOrTap('other');
    const waiting = readers[0]?.dequeueEvent();
    waiting?.catch(() => undefined);
    const channelOf = (id: string): string => `${queues.prefix}{:unknown:q:${id}}:events`;
    const good = encodeEvent(chunkOf('good'));
    await queues.client
      .multi()
      .publish(channelOf('q'), `Ex-1 1\na{"artifact":{"parts":[null]}}\n${good}`)
      .publish(channelOf('other'), `Ey-1 1\n${good}`)
      .exec();
    const lost = {
      code: 'EVENTS_LOST',
      message: 'Events of queue "q" were lost to a reader: one cannot be read.',
      cause: code('CORRUPT_RECORD'),
    };
    await expect(waiting).rejects.toThrow(expect.objectContaining(lost));
    await expect(readers[1]?.dequeueEvent()).rejects.toThrow(expect.objectContaining(lost));
    for (const reader of [...readers, other]) expect(await read(reader, 1)).toEqual(['good']);
    expect(queues.errors).toEqual([code('EVENTS_LOST'), code('EVENTS_LOST')]);
  });

  it('of messages that nothing here wrote is told to onError', async () => {
    const reader = await queues.open().createOrTap('q');
    await queues.client.publish(`${queues.prefix}{:unknown:q:q}:events`, 'nonsense');
    await vi.waitUntil(() => queues.errors.length > 0);
    expect(queues.errors).toEqual([code('CORRUPT_RECORD')]);
    expect(await reader.dequeueEvent({ noWait: true })).toBeUndefined();
  });
});

describe('while Redis is away', () => {
  it('no more than maxPendingEvents wait', async () => {
    const queue = await queues.open({ maxPendingEvents: 2 }).createOrTap('q');
    const results = await Promise.allSettled(
      ['1', '2', '3'].map(async (text) => enqueue(queue, text)),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(results[2]).toMatchObject({ reason: { code: 'LIMIT_EXCEEDED' } });
    // What was refused was delivered to nobody.
    expect(await read(queue, 2)).toEqual(['1', '2']);
    expect(await queue.dequeueEvent({ noWait: true })).toBeUndefined();
  });
});

it('refuses an event that is too long for a message, and goes on', async () => {
  const [reader, writer] = [
    await queues.open().createOrTap('q'),
    await queues.open().createOrTap('q'),
  ];
  const bytes = 4 * 1024 * 1024;
  await expect(writer.enqueueEvent(chunkOf('x'.repeat(bytes)))).rejects.toMatchObject({
    code: 'LIMIT_EXCEEDED',
    message: expect.stringMatching(
      `^An event of queue "q" has \\d+ bytes as JSON; ${bytes} fit into a message`,
    ),
  });
  await enqueue(writer, 'next');
  expect([await read(reader, 1), await read(writer, 1)]).toEqual([['next'], ['next']]);
  expect(queues.errors).toEqual([]);
});

it('refuses wrong options by name', () => {
  const refused = [{ sharded: 'yes' }, { maxBufferedEvents: 0 }, { maxBufferdEvents: 1 }];
  for (const options of refused) {
    expect(() => queues.open(options as RedisPubSubQueueManagerOptions)).toThrow(
      code('INVALID_OPTION'),
    );
  }
});

function lossesOf(errors: readonly Error[]): number {
  return errors.filter((error) => error instanceof A2ARedisError && error.code === 'EVENTS_LOST')
    .length;
}
