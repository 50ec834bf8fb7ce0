import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import type { QueueManagerOptions } from '@a2a-redis/core/queue-manager';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { beginTask } from '../queues/begin-task.ts';
import { mergeSeen } from '../queues/merge-seen.ts';
import { Replica } from './replica.ts';
import type { RedisQueueManagerSubject } from './subject.ts';

/** Long enough for a server that answers. */
const CLOSE_MS = 1500;

/** Declares the tests of `close`: in time, for everybody, and whether or not Redis answers. */
export function describeClose(subject: RedisQueueManagerSubject): void {
  describe(`close of a ${subject.name}`, () => {
    let server: RedisServer;
    let prefix: string;

    beforeEach(async () => {
      server = await startRedisServer({ processControl: true });
      prefix = newPrefix();
    });
    afterEach(async () => {
      await server.stop();
    });

    async function startReplica(options: QueueManagerOptions = {}): Promise<Replica> {
      return Replica.start(subject, server.url, prefix, { closeDeadlineMs: CLOSE_MS, ...options });
    }

    /** How many connections receive messages, once the server is back. */
    async function subscribersAfterRestart({ client }: Replica): Promise<number> {
      await server.restart();
      await vi.waitUntil(() => client.isReady, { timeout: 20_000 });
      return (await client.clientList({ TYPE: 'PUBSUB' })).length;
    }

    describe('while Redis is away', () => {
      it('ends all the same: reads, streams, and the connection for messages', async () => {
        const a = await startReplica();
        const read = (await a.queues.createOrTap('q')).dequeueEvent();
        // It is looked at further down, and may fail before.
        read.catch(() => undefined);
        const executed = [await beginTask(a), await beginTask(a), await beginTask(a)];
        await server.kill();
        executed[0]?.execution.complete();
        executed[1]?.execution.chunks(2);
        await Promise.all([a.queues.close(), a.queues.close()]);
        await expect(read).rejects.toThrow(expect.objectContaining({ code: 'QUEUE_CLOSED' }));
        const messages = a.errors.map(({ message }) => message);
        for (const { execution } of executed) {
          expect(messages).toContain(
            `Ending task "${execution.taskId}" at a close within ${CLOSE_MS} ms: no answer in time.`,
          );
        }
        expect(messages).toContain(
          `Events 2–3 of task "${executed[1]?.execution.taskId}" did not get to other replicas: the queue manager was closed.`,
        );
        await expect(executed[2]?.stream.ended).rejects.toThrow('This replica stops');
        expect(await subscribersAfterRestart(a)).toBe(0);
        a.client.destroy();
      });

      it('leaves no connection behind that was about to be opened', async () => {
        const a = await startReplica();
        await server.kill();
        a.queues.createOrGetByTaskId('task');
        await a.queues.close();
        expect(await subscribersAfterRestart(a)).toBe(0);
        a.client.destroy();
      });

      it('leaves the task to the other replicas', async () => {
        const failoverMs = 4000;
        await using b = await startReplica({ failoverMs });
        const a = await startReplica({ failoverMs, closeDeadlineMs: 100 });
        const { execution } = await beginTask(a);
        const other = b.resubscribe(execution.taskId);
        await other.until(1);
        server.pause();
        await a.queues.close();
        a.client.destroy();
        server.resume();
        // Where events are not kept, it may be told by a fresh snapshot.
        expect(mergeSeen(await other.ended)).toEqual({ parts: 0, state: 'failed' });
      });
    });

    describe('while Redis answers', () => {
      it('ends who listens to a task of another replica with an error', async () => {
        await using a = await startReplica();
        const b = await startReplica();
        const { execution, stream } = await beginTask(a);
        const other = b.resubscribe(execution.taskId);
        await other.until(1);
        await b.queues.close();
        await expect(other.ended).rejects.toThrow(
          `This replica stops, and hears no more of task "${execution.taskId}". Subscribe again, on another one, for a fresh snapshot.`,
        );
        b.client.destroy();
        execution.complete();
        expect((await stream.ended).at(-1)).toBe('completed');
        expect([a.errors, b.errors]).toEqual([[], []]);
      });

      it('fails all that executes here, and tells everybody', async () => {
        const a = await startReplica();
        await using b = await startReplica();
        const executed = [await beginTask(a), await beginTask(a), await beginTask(a)];
        const others = executed.map(({ execution }) => b.resubscribe(execution.taskId));
        const own = executed.map(({ execution }) => a.resubscribe(execution.taskId));
        await Promise.all([...others, ...own].map(async (each) => each.until(1)));
        await a.queues.close();
        const streams = executed.map(({ stream }) => stream);
        for (const { ended } of streams) expect(await ended).toEqual(['task working 0', 'failed']);
        // Who has just subscribed may be told by a fresh snapshot, where events are not kept.
        for (const { ended } of [...others, ...own]) {
          expect(mergeSeen(await ended)).toEqual({ parts: 0, state: 'failed' });
        }
        expect(a.executor.canceled).toHaveLength(3);
        expect([a.errors, b.errors]).toEqual([[], []]);
        a.client.destroy();
      });
    });
  });
}
