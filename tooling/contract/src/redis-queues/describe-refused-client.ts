import { TaskState } from '@a2a-js/sdk';
import { TaskNotCancelableError } from '@a2a-js/sdk/errors';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { A2ARedisError, createRedisClient, type RedisClient } from '@a2a-redis/core';
import type { QueueManagerOptions } from '@a2a-redis/core/queue-manager';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { beginTask } from '../queues/begin-task.ts';
import { CONTEXT, sendRequest } from '../queues/requests.ts';
import { Replica } from './replica.ts';
import type { RedisQueueManagerSubject } from './subject.ts';

/** Times after which a replica gives up soon what it may not do, and others go on with it soon. */
const SOON = { publishDeadlineMs: 300, failoverMs: 1000 };

/** All that a replica does, by scripts and by messages. */
const ALL = ['on', '>secret', '~*', '&*', '+@all'];

/** Declares the tests of a client whose user may not do what a queue manager does. */
export function describeRefusedClient(subject: RedisQueueManagerSubject): void {
  describe(`a ${subject.name} whose user has no permission`, () => {
    let server: RedisServer;
    let admin: RedisClient;
    let prefix: string;

    beforeEach(async () => {
      server = await startRedisServer({ exclusive: true, processControl: true });
      admin = await createRedisClient({ url: server.url });
      prefix = newPrefix();
      await permit(...ALL);
    });
    afterEach(async () => {
      admin.destroy();
      await server.stop();
    });

    async function permit(...rules: readonly string[]): Promise<void> {
      await admin.aclSetUser('replica', [...rules]);
    }

    /** A replica of that user. */
    async function refusable(options: QueueManagerOptions = {}): Promise<Replica> {
      const { host } = new URL(server.url);
      return Replica.start(subject, `redis://replica:secret@${host}`, prefix, options);
    }

    /** One of whoever may do anything. */
    async function other(options: QueueManagerOptions = {}): Promise<Replica> {
      return Replica.start(subject, server.url, prefix, options);
    }

    it('refuses at once what it cannot execute, and says why', async () => {
      await permit('-evalsha', '-eval');
      await using a = await refusable(SOON);
      const code = await codeOf(a.handler.sendMessage(sendRequest({}), CONTEXT));
      expect([code, a.executor.executions]).toEqual(['EVENTS_LOST', []]);
      expect(a.errors.some(isRefused)).toBe(true);
    });

    it('ends who waits for others with an error', async () => {
      await using a = await Replica.start(subject, server.url, prefix);
      await using b = await refusable();
      const { execution } = await beginTask(a);
      const following = b.resubscribe(execution.taskId);
      await following.until(1);
      await permit('-evalsha', '-eval');
      expect(await codeOf(following.ended)).toBe('COMMAND_FAILED');
      expect(await codeOf(b.resubscribe(execution.taskId).ended)).toBe('COMMAND_FAILED');
      execution.complete();
    });

    it('ends who subscribes where it may not hear messages', async () => {
      await using a = await Replica.start(subject, server.url, prefix);
      await using b = await refusable();
      await permit('resetchannels');
      const { execution } = await beginTask(a);
      expect(await codeOf(b.resubscribe(execution.taskId).ended)).toBe('COMMAND_FAILED');
      execution.complete();
    });

    it('tells that the end of a task is refused, and sends it once it may', async () => {
      await using a = await refusable();
      await using b = await Replica.start(subject, server.url, prefix);
      const { execution, stream } = await beginTask(a);
      const following = b.resubscribe(execution.taskId);
      await following.until(1);
      await a.queues.flush();
      execution.status(TaskState.TASK_STATE_INPUT_REQUIRED);
      await stream.until(2);
      await permit('-evalsha', '-eval');
      execution.bus.finished();
      await vi.waitUntil(() => a.errors.some(isRefused), { timeout: 20_000 });
      await permit(...ALL);
      execution.return();
      expect((await following.ended).at(-1)).toContain('input-required');
    });

    it.each([
      ['publish', ['-publish', '-spublish']],
      ['run scripts', ['-evalsha', '-eval']],
    ])(
      'leaves it to those who may to end a task that it could not, where it may not %s',
      async (_, forbidden) => {
        await using a = await refusable(SOON);
        await using b = await other(SOON);
        const { execution } = await beginTask(a);
        const following = b.resubscribe(execution.taskId);
        await following.until(1);
        await permit(...forbidden);
        execution.complete();
        await a.queues.flush();
        expect((await following.ended).at(-1)).toContain('failed');
        expect((await b.stored(execution.taskId))?.state).toBe('failed');
        expect(a.errors.some(isRefused)).toBe(true);
      },
    );

    it('gives up to have its task wait for its user, and leaves that to those who may', async () => {
      await using a = await refusable(SOON);
      await using b = await other(SOON);
      const { execution } = await beginTask(a);
      const following = b.resubscribe(execution.taskId);
      await following.until(1);
      await permit('-evalsha', '-eval');
      execution.status(TaskState.TASK_STATE_INPUT_REQUIRED).return();
      await a.queues.flush();
      expect((await following.ended).at(-1)).toContain('failed');
    });

    it('ends who cancels what it may not end, with the end that others give it', async () => {
      await using a = await refusable(SOON);
      await using b = await other(SOON);
      const { execution } = await beginTask(a);
      await a.queues.flush();
      await permit('-publish', '-spublish');
      const canceled = await codeOf(b.cancel(execution.taskId).then(({ status }) => status?.state));
      // Whichever comes first on the other replica: its look at who is gone, or at what it has asked for.
      const ends = [
        ['failed', expect.any(TaskNotCancelableError)],
        ['canceled', TaskState.TASK_STATE_CANCELED],
      ];
      const state = (await b.stored(execution.taskId))?.state;
      expect([state, canceled]).toEqual(state === 'failed' ? ends[0] : ends[1]);
      await a.queues.flush();
    });

    it('ends who waits here for what it may not end', async () => {
      await using a = await refusable(SOON);
      const { execution } = await beginTask(a);
      const following = a.resubscribe(execution.taskId);
      await following.until(1);
      await permit('-publish', '-spublish');
      execution.complete();
      await a.queues.flush();
      expect(await codeOf(following.ended)).toBe('COMMAND_FAILED');
      await permit(...ALL);
      const tasks = subject.openStore(admin, `${prefix}tasks:`);
      const stateOf = async (): Promise<unknown> =>
        (await tasks.load(execution.taskId, CONTEXT))?.status?.state;
      await vi.waitUntil(async () => (await stateOf()) === TaskState.TASK_STATE_FAILED, {
        timeout: 10_000,
      });
    });
  });
}

function isRefused(error: Error): boolean {
  return error instanceof A2ARedisError && error.code === 'COMMAND_FAILED';
}

/** The code of what a promise is rejected with; what it resolves to otherwise. */
async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise;
  } catch (error) {
    return error instanceof A2ARedisError ? error.code : error;
  }
}
