import { AgentEvent } from '@a2a-js/sdk/server';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { IOREDIS, newPrefix } from '@a2a-redis-internal/redis-clients';
import { A2ARedisError } from '@a2a-redis/core';
import { createClient, createClientPool } from 'redis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { beginTask } from '../queues/begin-task.ts';
import { mergeSeen } from '../queues/merge-seen.ts';
import { messageOf } from '../queues/requests.ts';
import { type ClosableClient, Replica } from './replica.ts';
import type { RedisQueueManagerSubject } from './subject.ts';

/** A client that gives up as soon as its connection breaks. */
interface OnceConnected extends ClosableClient {
  connect(): Promise<unknown>;
  close(): Promise<unknown>;
}

const CLIENTS: Readonly<Record<string, (url: string) => Promise<OnceConnected>>> = {
  'node-redis': async (url) => {
    const client = createClient({ url, socket: { reconnectStrategy: false } });
    client.on('error', () => {});
    return client.connect();
  },
  ioredis: async (url) => IOREDIS['ioredis 6'].connect(url, { retryStrategy: () => null }),
};

/** Declares the tests of a client that is closed, or gives up, under a queue manager. */
export function describeClosedClient(subject: RedisQueueManagerSubject): void {
  describe(`a ${subject.name} whose client is closed`, () => {
    let server: RedisServer;
    let prefix: string;

    beforeEach(async () => {
      // What was stored is there again after a restart.
      server = await startRedisServer({ processControl: true, persistence: true });
      prefix = newPrefix();
    });
    afterEach(async () => {
      await server.stop();
    });

    it.each(Object.entries(CLIENTS))(
      'ends what waits with an error, and serves again when the client of %s is connected',
      async (_name, connectOnce) => {
        await using a = await Replica.start(subject, server.url, prefix);
        await using b = Replica.on(subject, await connectOnce(server.url), prefix);
        const { execution, stream } = await beginTask(a);
        const { taskId } = execution;
        const following = b.resubscribe(taskId);
        await following.until(1);
        execution.chunks(1);
        await following.until(2);
        const queue = await b.queues.createOrTap('q');
        const reading = queue.dequeueEvent();
        const codes = Promise.all([codeOf(following.ended), codeOf(reading)]);
        await server.kill();
        await vi.waitUntil(() => !b.client.isOpen);
        expect(await codes).toEqual(['CLIENT_CLOSED', 'CLIENT_CLOSED']);
        expect(await codeOf(b.queues.createOrTap('other'))).toBe('CLIENT_CLOSED');
        expect(await codeOf(b.resubscribe(taskId).ended)).toBe('CLIENT_CLOSED');

        await server.restart();
        await b.client.connect();
        const again = b.resubscribe(taskId);
        await again.until(1);
        execution.chunks(2);
        // Where the connection for messages came back late, the stored task stands for both chunks.
        await vi.waitUntil(() => mergeSeen(again.seen).parts === 3);
        execution.complete();
        expect(mergeSeen(await again.ended)).toEqual({ parts: 3, state: 'completed' });
        expect(mergeSeen(await stream.ended)).toEqual({ parts: 3, state: 'completed' });
        const writer = await a.queues.createOrTap('q');
        const reads: unknown[] = [];
        while (reads.at(-1) !== 'next') {
          const next = codeOf(queue.dequeueEvent());
          await writer.enqueueEvent(AgentEvent.message(messageOf({ messageId: 'next' })));
          reads.push(await next);
        }
        // What was not stored may have been lost meanwhile: that is told, once.
        expect([['next'], ['EVENTS_LOST', 'next']]).toContainEqual(reads);
      },
    );

    it.each(
      ['gives up', 'is closed'].flatMap((how) => Object.keys(CLIENTS).map((name) => [how, name])),
    )('ends a cancel that waits where it %s: %s', async (how, name = '') => {
      await using a = await Replica.start(subject, server.url, prefix);
      const client = await CLIENTS[name]?.(server.url);
      if (client === undefined) throw new Error(`No client of ${name}`);
      await using b = Replica.on(subject, client, prefix);
      const { execution } = await beginTask(a);
      // It is told, and does nothing.
      const told = new Promise<void>((resolve) => {
        a.executor.onCancel = async () => {
          resolve();
        };
      });
      const canceling = codeOf(b.cancel(execution.taskId));
      await told;
      if (how === 'gives up') await server.kill();
      else await b.client.close();
      expect(await canceling).toBe('CLIENT_CLOSED');
    });

    it.each(['the client', 'the client and its subscriber', 'the subscriber of a pool'])(
      'ends what waits with an error where the application has closed %s',
      async (closed) => {
        await using a = await Replica.start(subject, server.url, prefix);
        const client = closed.endsWith('pool')
          ? createClientPool({ url: server.url })
          : createClient({ url: server.url });
        client.on('error', () => {});
        await client.connect();
        const subscriber = createClient({ url: server.url });
        const options = closed === 'the client' ? {} : { subscriber };
        if (closed !== 'the client') await subscriber.connect();
        await using b = Replica.on(subject, client, prefix, options);
        const { execution } = await beginTask(a);
        const following = b.resubscribe(execution.taskId);
        await following.until(1);
        execution.chunks(1);
        await following.until(2);
        const queue = await b.queues.createOrTap('q');
        // Those of a pool go on by its other connections, where events are stored.
        const reading = closed.endsWith('pool') ? 'CLIENT_CLOSED' : codeOf(queue.dequeueEvent());
        if (!closed.endsWith('pool')) client.destroy();
        if (closed !== 'the client') subscriber.destroy();
        expect(await codeOf(following.ended)).toBe('CLIENT_CLOSED');
        expect(await reading).toBe('CLIENT_CLOSED');
        execution.complete();
      },
    );
  });
}

/** The code of what a promise is rejected with; what it resolves to otherwise, of a message its id. */
async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    const result = await promise;
    return isEvent(result) ? result.data.messageId : result;
  } catch (error) {
    return error instanceof A2ARedisError ? error.code : error;
  }
}

function isEvent(value: unknown): value is { data: { messageId: string } } {
  return typeof value === 'object' && value !== null && 'data' in value;
}
