import { setTimeout as sleep } from 'node:timers/promises';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { beginTask } from '../queues/begin-task.ts';
import type { Execution } from '../queues/driven-executor.ts';
import type { Listener } from '../queues/listener.ts';
import { codesOf, outcomeOf, untilParts } from './outcome-of.ts';
import { Replica } from './replica.ts';
import type { RedisQueueManagerSubject } from './subject.ts';

/** Longer than any call waits. */
const AWAY_MS = 12_000;
/** Longer than two renewals of a lease are apart. */
const FULL_MS = 4000;
const PARTS = Array.from({ length: 400 }, (_, index) => String(index));

/** Declares the tests of a Redis that loses everything, is full, or stands still while a task is executed. */
export function describeLostRedis(subject: RedisQueueManagerSubject): void {
  describe(`a task that is executed with a ${subject.name} comes to its end`, () => {
    let server: RedisServer;
    let replicas: readonly [Replica, Replica];

    beforeEach(async () => {
      server = await startRedisServer({ processControl: true });
      const prefix = newPrefix();
      replicas = [
        await Replica.start(subject, server.url, prefix),
        await Replica.start(subject, server.url, prefix),
      ];
    });
    afterEach(async () => {
      for (const replica of replicas) await replica[Symbol.asyncDispose]();
      await server.stop();
    });

    /** A task of which so many parts were heard on both replicas. */
    async function beginWith(parts: number): Promise<{
      readonly execution: Execution;
      readonly stream: Listener;
      readonly other: Listener;
    }> {
      const [a, b] = replicas;
      const { execution, stream } = await beginTask(a);
      const other = b.resubscribe(execution.taskId);
      await other.until(1);
      execution.chunks(parts);
      await stream.until(1 + parts);
      // Who has not joined yet when Redis goes away is told so, as by any call.
      await untilParts(other, parts);
      return { execution, stream, other };
    }

    it('though everything in Redis is lost', async () => {
      const [a, b] = replicas;
      const { execution, stream, other } = await beginWith(3);
      await a.client.flushAll();
      execution.chunks(2).complete();
      const chunks = ['0', '1', '2', '3', '4'];
      const seen = ['task working 0', ...chunks.map((text) => `chunk ${text}`), 'completed'];
      expect(await stream.ended).toEqual(seen);
      const task = await b.stored(execution.taskId);
      expect(task).toMatchObject({ state: 'completed', parts: chunks });
      // Of events that are in no log any more, only a task can take the place.
      expect([{ parts: 5, state: 'completed' }, 'EVENTS_LOST']).toContainEqual(
        await outcomeOf(other),
      );
      // Nobody was taken to be gone.
      expect([...codesOf(a), ...codesOf(b)]).not.toContain('RUN_ENDED');
    });

    it('though Redis is full for a while', async () => {
      const [a, b] = replicas;
      const { execution, stream, other } = await beginWith(15);
      await a.client.configSet('maxmemory', '1');
      execution.chunks(385).complete();
      await sleep(FULL_MS);
      await a.client.configSet('maxmemory', '0');
      const all = { parts: 400, state: 'completed' };
      expect(await outcomeOf(other)).toEqual(all);
      expect(await outcomeOf(stream)).toEqual(all);
      expect(await b.stored(execution.taskId)).toMatchObject({ state: 'completed', parts: PARTS });
    });

    it('though Redis stands still for longer than a call waits', async () => {
      const [, b] = replicas;
      const { execution, stream, other } = await beginWith(15);
      server.pause();
      execution.chunks(385).complete();
      await sleep(AWAY_MS);
      server.resume();
      expect(await outcomeOf(other)).toEqual({ parts: 400, state: 'completed' });
      // The request that executes the task gave up its own wait, and nothing of the task.
      expect(await outcomeOf(stream)).toBe('DEADLINE_EXCEEDED');
      expect(await b.stored(execution.taskId)).toMatchObject({ state: 'completed', parts: PARTS });
    });
  });
}
