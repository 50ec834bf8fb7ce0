import { CLIENT_KINDS, connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import {
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RedisStreamsQueueManager } from '../../src/index.ts';
import { enqueue, numbers, takeAll, textOf } from './support.ts';

let server: RedisServer;
let cluster: Awaited<ReturnType<typeof startRedisCluster>>;

beforeAll(async () => {
  [server, cluster] = await Promise.all([startRedisServer(), startRedisCluster()]);
});
afterAll(async () => {
  await Promise.all([server.stop(), cluster.stop()]);
});

describe.each(Object.keys(CLIENT_KINDS))('%s', (kind) => {
  it('does all that a queue can', async () => {
    const open = async (): Promise<Awaited<ReturnType<(typeof CLIENT_KINDS)[string]>>> => {
      const opened = await CLIENT_KINDS[kind]?.({ url: server.url, clusterUrls: cluster.urls });
      if (opened === undefined) throw new Error(`No kind ${kind}`);
      return opened;
    };
    const [client, otherClient] = [await open(), await open()];
    const subscriber = kind.includes('pool') ? await connect(server.url) : undefined;
    const errors: unknown[] = [];
    const options = {
      prefix: newPrefix(),
      subscriber,
      // Looks are so far apart that the test ends in time only if messages wake readers.
      consumerConfig: { reclaimIdleMs: 60_000, maxDeliveries: 2 },
      onError: (error: Error): void => {
        errors.push('code' in error ? error.code : error);
      },
    };
    const here = new RedisStreamsQueueManager(client, options);
    const there = new RedisStreamsQueueManager(otherClient, options);

    // Several queues, so that a cluster's servers all take part.
    for (const name of numbers(6, 'queue ')) {
      const reader = await here.createOrTap(name);
      const writer = await there.createOrTap(name);
      const tap = await reader.tap();
      for (const text of numbers(3, 'woken ')) {
        const waiting = reader.dequeueEvent();
        // Once a read has found nothing, only a message or the next look can end the wait.
        expect(await reader.dequeueEvent({ noWait: true })).toBeUndefined();
        await enqueue(writer, text);
        expect(textOf(await waiting)).toBe(text);
        await reader.taskDone();
      }
      await enqueue(writer, '1', '2');
      const first = await reader.dequeueEvent();
      await reader.taskDone(first);
      expect([textOf(first), ...(await takeAll(writer))]).toEqual(['1', '2']);
      await writer.close();
      for await (const next of reader) if (textOf(next) === '2') break;
      expect(await takeAll(reader)).toEqual([]);
      const [poison] = await reader.readPoison();
      expect(textOf(poison?.event)).toBe('2');
      expect(await reader.retryPoison(poison ?? '')).toBe(true);
      expect(await takeAll(reader)).toEqual(['2']);
      expect(await takeAll(tap)).toEqual([...numbers(3, 'woken '), '1', '2']);
      const replayed: string[] = [];
      for await (const { event } of reader.replay()) replayed.push(textOf(event));
      expect(replayed).toEqual([...numbers(3, 'woken '), '1', '2']);
    }
    expect(errors).toEqual(numbers(6).map(() => 'EVENT_SET_ASIDE'));
    await Promise.all([here.close(), there.close()]);
    await Promise.all([client.close(), otherClient.close()]);
    subscriber?.destroy();
  });
});
