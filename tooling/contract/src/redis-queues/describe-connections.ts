import { AgentEvent, type ExecutionEventBus } from '@a2a-js/sdk/server';
import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { createRedisClient } from '@a2a-redis/core';
import { describe, expect, it, vi } from 'vitest';

import { CONTEXT, messageOf } from '../queues/requests.ts';
import { useServer } from '../shared-server.ts';
import type { RedisQueueManagerSubject } from './subject.ts';

const TASKS = 2000;
const WAITING = { timeout: 100_000, interval: 200 };
/** All that nobody has heard yet is published again: not before what is under way could be heard. */
const HEARING = { timeout: 100_000, interval: 2000 };

/** Declares the tests of how many connections a queue manager has. */
export function describeConnections(subject: RedisQueueManagerSubject): void {
  describe(`connections of each ${subject.name}`, () => {
    const used = useServer({ exclusive: true });

    it(`are two, with 1 and with ${TASKS} live tasks`, { timeout: 300_000 }, async () => {
      const admin = await connect(used.url);
      const clients = await Promise.all([
        createRedisClient({ url: used.url }),
        createRedisClient({ url: used.url }),
      ]);
      const prefix = newPrefix();
      const errors: Error[] = [];
      const onError = (error: Error): void => {
        errors.push(error);
      };
      const [a, b] = [
        subject.openQueues(clients[0], { prefix, onError }),
        subject.openQueues(clients[1], { prefix, onError }),
      ];
      // One is the test's own.
      const connections = async (): Promise<number> => (await admin.clientList()).length - 1;
      const heard = new Set<string>();
      /** Executes tasks on one manager and follows them on the other. */
      const run = async (taskIds: readonly string[]): Promise<void> => {
        const buses = new Map<string, ExecutionEventBus>();
        for (const taskId of taskIds) {
          buses.set(
            taskId,
            a.createOrGetByTaskId(taskId, CONTEXT).on('event', () => undefined),
          );
        }
        const all = heard.size + taskIds.length;
        await vi.waitUntil(
          async () => (await admin.keys(`${prefix}*:state`)).length === all,
          WAITING,
        );
        for (const taskId of taskIds) {
          b.getByTaskId(taskId, CONTEXT)?.on('event', () => heard.add(taskId));
        }
        // Without a task store, a follower hears what is published once it follows.
        await vi.waitUntil(() => {
          const unheard = [...buses].filter(([taskId]) => !heard.has(taskId));
          for (const [, bus] of unheard) bus.publish(AgentEvent.message(messageOf()));
          return unheard.length === 0;
        }, HEARING);
      };

      await run(['first']);
      expect(await connections()).toBe(4);
      await run(Array.from({ length: TASKS - 1 }, (_, index) => `task-${index}`));
      expect(heard.size).toBe(TASKS);
      expect(await connections()).toBe(4);
      expect(errors).toEqual([]);
      await Promise.all([a.close(), b.close()]);
      // What the managers opened is closed; what they were given is not.
      await vi.waitUntil(async () => (await connections()) === 2, WAITING);
      for (const client of [admin, ...clients]) client.destroy();
    });
  });
}
