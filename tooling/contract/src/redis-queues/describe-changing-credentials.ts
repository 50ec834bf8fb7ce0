import { createClientOfRedis5, newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, RotatingUser, startRedisServer } from '@a2a-redis-internal/redis-server';
import {
  A2ARedisError,
  createRedisClient,
  type RedisClient,
  type RedisCredentialsProvider,
} from '@a2a-redis/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { beginTask } from '../queues/begin-task.ts';
import { mergeSeen } from '../queues/merge-seen.ts';
import { type ClosableClient, Replica } from './replica.ts';
import type { RedisQueueManagerSubject } from './subject.ts';

interface ChangingClient {
  readonly name: string;
  /** Whether a connection that receives messages can authenticate again; else it is closed, and opened again. */
  readonly keeps: boolean;
  readonly open: (
    url: string,
    credentialsProvider: RedisCredentialsProvider,
    onError: (error: Error) => void,
  ) => Promise<ClosableClient>;
}

const CLIENTS: readonly ChangingClient[] = [
  {
    name: 'createRedisClient, RESP3',
    keeps: true,
    open: async (url, credentialsProvider, onError) =>
      createRedisClient({ url, credentialsProvider, onError, RESP: 3 }),
  },
  {
    name: 'createRedisClient, RESP2',
    keeps: false,
    open: async (url, credentialsProvider, onError) =>
      createRedisClient({ url, credentialsProvider, onError, RESP: 2 }),
  },
  {
    name: 'a client of node-redis 5, RESP3',
    keeps: true,
    open: async (url, credentialsProvider, onError) => {
      const client = createClientOfRedis5({ url, credentialsProvider, RESP: 3 });
      client.on('error', onError);
      await client.connect();
      return client;
    },
  },
];

/** For what a busy machine may take long for. */
const PATIENT = { timeout: 30_000 };

/** Declares the tests of clients whose credentials change under a queue manager and a store. */
export function describeChangingCredentials(subject: RedisQueueManagerSubject): void {
  describe(`a ${subject.name} whose credentials change`, () => {
    let server: RedisServer;

    beforeAll(async () => {
      server = await startRedisServer({ exclusive: true });
    });
    afterAll(async () => {
      await server.stop();
    });

    it.each(CLIENTS)(
      'loses nothing of a task where they rotate, by $name',
      async ({ open, keeps }) => {
        const user = await RotatingUser.create([server]);
        const errors: Error[] = [];
        const onError = (error: Error): void => void errors.push(error);
        const { host } = new URL(server.url);
        const connect = async (): Promise<ClosableClient> => open(`redis://${host}`, user, onError);
        const prefix = newPrefix();
        await using a = Replica.on(subject, await connect(), prefix);
        await using b = Replica.on(subject, await connect(), prefix);
        const { execution, stream } = await beginTask(a);
        const following = b.resubscribe(execution.taskId);
        await following.until(1);
        const connections = (await user.connections()).latest;
        const closed = keeps ? 0 : 2;
        for (let rotation = 1; rotation <= 3; rotation += 1) {
          execution.chunks(2);
          // One that was opened again, and has not subscribed yet, could authenticate as any other.
          await vi.waitUntil(async () => (await user.connections()).subscribed === 2, PATIENT);
          await user.rotate();
          execution.chunks(2);
          await vi.waitUntil(async () => (await user.connections()).earlier === closed, PATIENT);
          await user.retire();
          execution.chunks(2);
          await vi.waitUntil(
            async () => (await user.connections()).latest === connections,
            PATIENT,
          );
          await vi.waitUntil(() => mergeSeen(following.seen).parts === 6 * rotation, PATIENT);
        }
        execution.complete();
        const whole = { parts: 18, state: 'completed' };
        expect(mergeSeen(await following.ended)).toEqual(whole);
        expect(mergeSeen(await stream.ended)).toEqual(whole);
        expect([errors, user.refusals, connections]).toEqual([[], [], 4]);
        // What is not stored may be lost meanwhile: that is told, and the stored task stands for it.
        const told = [...a.errors, ...b.errors].filter((error) => keeps || !isLoss(error));
        expect(told.map(({ message }) => message)).toEqual(
          Array.from({ length: 3 * closed }, () => 'Socket closed unexpectedly'),
        );
      },
    );

    it('waits where the password was changed, all connections are closed, and nobody has the new one', async () => {
      const passwords = { theirs: 'old', ours: 'old' };
      const admin = await createRedisClient({ url: server.url });
      const permit = async (): Promise<unknown> =>
        admin.aclSetUser('agent', ['reset', 'on', `>${passwords.theirs}`, '~*', '&*', '+@all']);
      await permit();
      let isRefused = false;
      const open = async (): Promise<RedisClient> =>
        createRedisClient({
          url: `redis://${new URL(server.url).host}`,
          credentialsProvider: {
            type: 'async-credentials-provider',
            credentials: async () => ({ username: 'agent', password: passwords.ours }),
          },
          onError: ({ message }) => {
            isRefused ||= message.startsWith('WRONGPASS');
          },
        });
      const prefix = newPrefix();
      await using a = Replica.on(subject, await open(), prefix);
      await using b = Replica.on(subject, await open(), prefix);
      const { execution, stream } = await beginTask(a);
      const following = b.resubscribe(execution.taskId);
      await following.until(1);
      passwords.theirs = 'new';
      await permit();
      await admin.sendCommand(['CLIENT', 'KILL', 'USER', 'agent']);
      execution.chunks(3);
      const saving = a.stored(execution.taskId);
      await vi.waitUntil(() => isRefused, PATIENT);
      passwords.ours = 'new';
      expect(await saving).toBeDefined();
      execution.chunks(3);
      execution.complete();
      const whole = { parts: 6, state: 'completed' };
      expect(mergeSeen(await following.ended)).toEqual(whole);
      expect(mergeSeen(await stream.ended)).toEqual(whole);
      admin.destroy();
    });
  });
}

function isLoss(error: Error): boolean {
  return error instanceof A2ARedisError && error.code === 'EVENTS_LOST';
}
