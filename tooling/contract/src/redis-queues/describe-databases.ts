import { AgentEvent, type AgentExecutionEvent, type ExecutionEventBus } from '@a2a-js/sdk/server';
import { IOREDIS, newPrefix } from '@a2a-redis-internal/redis-clients';
import { createRedisClient } from '@a2a-redis/core';
import { describe, expect, it, vi } from 'vitest';

import { CONTEXT, messageOf } from '../queues/requests.ts';
import { useServer } from '../shared-server.ts';
import type { ClosableClient } from './replica.ts';
import type { RedisQueueManager, RedisQueueManagerSubject } from './subject.ts';

/** Clients of database 1, which give it as an option. */
const OF_DATABASE_1: Readonly<Record<string, (url: string) => Promise<ClosableClient>>> = {
  'node-redis': async (url) => createRedisClient({ url, database: 1 }),
  ioredis: async (url) => IOREDIS['ioredis 6'].connect(url, { db: 1 }),
};

/** Declares the tests of applications that share a server and a prefix, but no database. */
export function describeDatabases(subject: RedisQueueManagerSubject): void {
  describe(`${subject.name} in several databases of one server`, () => {
    const used = useServer();

    it.each(Object.entries(OF_DATABASE_1))(
      'hears what is published in its own, and nothing else, by %s',
      async (_name, connectThere) => {
        const prefix = newPrefix();
        const errors: Error[] = [];
        const onError = (error: Error): void => void errors.push(error);
        const clients = await Promise.all([
          createRedisClient({ url: used.url }),
          createRedisClient({ url: `${used.url}/1` }),
          connectThere(used.url),
        ]);
        const managers = clients.map((client) => subject.openQueues(client, { prefix, onError }));
        const [elsewhere, here, there] = managers;
        if (elsewhere === undefined || here === undefined || there === undefined) {
          throw new Error('No managers');
        }

        const queue = await there.createOrTap('q');
        await enqueue(elsewhere, 'foreign');
        await enqueue(here, 'own');
        expect(textOf(await queue.dequeueEvent())).toBe('own');

        const seen: string[] = [];
        const joined = there.getByTaskId('task', CONTEXT);
        const buses = [elsewhere, here].map((manager) =>
          manager.createOrGetByTaskId('task', CONTEXT),
        );
        const [foreign, own] = buses;
        if (foreign === undefined || own === undefined) throw new Error('No buses');
        joined?.on('event', (event) => seen.push(textOf(event)));
        // Without a task store, a follower hears what is published once it follows.
        await vi.waitUntil(() => {
          publish(foreign, 'foreign');
          publish(own, 'early');
          return seen.length > 0;
        });
        publish(foreign, 'foreign');
        await elsewhere.flush();
        publish(own, 'last');
        await vi.waitUntil(() => seen.at(-1) === 'last');
        expect(new Set(seen)).toEqual(new Set(['early', 'last']));
        expect(errors).toEqual([]);
        await Promise.all(managers.map(async (manager) => manager.close()));
        for (const client of clients) client.destroy();
      },
    );
  });
}

async function enqueue(manager: RedisQueueManager, text: string): Promise<void> {
  const queue = await manager.createOrTap('q');
  await queue.enqueueEvent(AgentEvent.message(messageOf({ messageId: text })));
}

function publish(bus: ExecutionEventBus, text: string): void {
  bus.publish(AgentEvent.message(messageOf({ messageId: text })));
}

function textOf(event: AgentExecutionEvent): string {
  return event.kind === 'message' ? event.data.messageId : event.kind;
}
