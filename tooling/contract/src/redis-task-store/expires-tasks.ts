import { setTimeout as sleep } from 'node:timers/promises';

import { TaskState } from '@a2a-js/sdk';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { beforeEach, describe, expect, test } from 'vitest';

import { listRequest, statusAt, taskOf } from '../task-store/fixtures.ts';
import { append, contentOf, CONTEXT, streamedTask } from './fixtures.ts';
import type { RedisTaskStoreSubject } from './subject.ts';

const INTERRUPTED = statusAt(1, TaskState.TASK_STATE_INPUT_REQUIRED);
const COMPLETED = statusAt(2, TaskState.TASK_STATE_COMPLETED);

/** A record goes when its time is up, and takes its index entries with it. */
export function expiresTasks({ open, describeOnServer }: RedisTaskStoreSubject): void {
  describeOnServer('retention', (server) => {
    let prefix: string;
    let record: string;

    beforeEach(() => {
      prefix = newPrefix();
      record = `${prefix}{acme:ann:t}`;
    });

    async function isDueWithin(seconds: number): Promise<boolean> {
      const left = await server.client.ttl(record);
      return left > 0 && left <= seconds;
    }

    /** Waits until Redis says that the record is gone: its clock is the one that counts. */
    async function recordExpired(): Promise<void> {
      while ((await server.client.exists(record)) === 1) await sleep(20);
    }

    describe('ttlSeconds', () => {
      test('starts anew with every write', async () => {
        const store = open(server.client, { prefix, ttlSeconds: 1000 });
        await store.save(streamedTask('t', 'one'), CONTEXT);
        expect(await isDueWithin(1000)).toBe(true);
        await server.client.expire(record, 100_000);
        await append(store, ['two']);
        expect(await isDueWithin(1000)).toBe(true);
      });

      test('a store without it leaves the time of a record as it is', async () => {
        await open(server.client, { prefix, ttlSeconds: 1000 }).save(taskOf('t'), CONTEXT);
        await server.client.expire(record, 500);
        await append(open(server.client, { prefix }), ['one']);
        expect(await isDueWithin(500)).toBe(true);
      });

      test('a store without it that overwrites a record lets it stay', async () => {
        const brief = open(server.client, { prefix, ttlSeconds: 1000 });
        await brief.save(streamedTask('t', 'one'), CONTEXT);
        await open(server.client, { prefix }).save(taskOf('t'), CONTEXT);
        expect(await server.client.ttl(record)).toBe(-1);
      });

      test('an expired task is gone from everywhere, and counted no more', async () => {
        const store = open(server.client, { prefix, ttlSeconds: 1 });
        const keeper = open(server.client, { prefix });
        await keeper.save(taskOf('kept'), CONTEXT);
        await store.save(streamedTask('t', 'one'), CONTEXT);
        expect((await keeper.list(listRequest(), CONTEXT)).totalSize).toBe(2);

        await recordExpired();
        const pages = [
          await keeper.list(listRequest(), CONTEXT),
          await keeper.list(listRequest({ pageSize: 0 }), CONTEXT),
          await keeper.list(listRequest({ contextId: 'context' }), CONTEXT),
          await keeper.list(listRequest({ status: TaskState.TASK_STATE_WORKING }), CONTEXT),
        ];
        expect(pages.map(({ totalSize }) => totalSize)).toEqual([1, 1, 1, 1]);
        expect(await store.load('t', CONTEXT)).toBeUndefined();
        expect(await store.taskExists('t', CONTEXT)).toBe(false);
        const content = await contentOf(server.client, prefix);
        expect(JSON.stringify(content)).not.toContain('"t"');
        // The other task, its entries, and the note that tasks of the scope expire.
        expect(Object.keys(content)).toHaveLength(8);
      });

      test('the last task takes all keys of the scope with it', async () => {
        const store = open(server.client, { prefix, ttlSeconds: 1 });
        await store.save(streamedTask('t', 'one'), CONTEXT);
        await recordExpired();
        expect((await store.list(listRequest(), CONTEXT)).totalSize).toBe(0);
        // What is left is no key of the scope: the note that its tasks expire, until it is looked at.
        const scopes = `${prefix}{scopes}`;
        expect(Object.keys(await contentOf(server.client, prefix)).toSorted()).toEqual([
          `${scopes}:due`,
          `${scopes}:noted`,
        ]);
        expect(await server.client.zRange(`${scopes}:due`, 0, -1)).toEqual(['["acme","ann"]']);
        expect(await server.client.hKeys(`${scopes}:noted`)).toEqual(['["acme","ann"]']);
      });

      test('a task that is written on does not go when its first time is up', async () => {
        const store = open(server.client, { prefix, ttlSeconds: 1000 });
        await store.save(streamedTask('t', 'one'), CONTEXT);
        // As if the save had been long ago, and the chunk just now.
        await server.client.zAdd(`${prefix}{acme:ann}:expiry`, { value: 't', score: 1 });
        await append(store, ['two']);
        expect((await store.list(listRequest(), CONTEXT)).totalSize).toBe(1);
        const due = await server.client.zScore(`${prefix}{acme:ann}:expiry`, 't');
        expect((due ?? 0) > Date.now() + 900_000).toBe(true);
      });

      test('many tasks that expire at once are all gone from the next list', async () => {
        const store = open(server.client, { prefix, ttlSeconds: 1000 });
        const ids = Array.from({ length: 450 }, (_, index) => `id-${index}`);
        await Promise.all(ids.map(async (id) => store.save(taskOf(id), CONTEXT)));
        await store.save(taskOf('t'), CONTEXT);
        // As if their time were up.
        await server.client.del(ids.map((id) => `${prefix}{acme:ann:${id}}`));
        await server.client.zAdd(
          `${prefix}{acme:ann}:expiry`,
          ids.map((value) => ({ value, score: 1 })),
        );
        const { tasks, totalSize } = await store.list(listRequest({ pageSize: 1 }), CONTEXT);
        expect(tasks.map(({ id }) => id)).toEqual(['t']);
        expect(totalSize).toBe(1);
      });
    });

    describe("ttlAppliesTo: 'terminal'", () => {
      test('a task that works or waits stays; its time begins when it ends', async () => {
        const store = open(server.client, {
          prefix,
          ttlSeconds: 1000,
          ttlAppliesTo: 'terminal',
        });
        await store.save(taskOf('t'), CONTEXT);
        expect(await server.client.ttl(record)).toBe(-1);
        await store.save(taskOf('t', { status: INTERRUPTED }), CONTEXT);
        expect(await server.client.ttl(record)).toBe(-1);
        expect(await server.client.exists(`${prefix}{acme:ann}:expiry`)).toBe(0);

        await store.save(taskOf('t', { status: COMPLETED }), CONTEXT);
        expect(await isDueWithin(1000)).toBe(true);
        expect(await server.client.zRange(`${prefix}{acme:ann}:expiry`, 0, -1)).toEqual(['t']);
      });

      test('a task that is overwritten by one that works stays again', async () => {
        const store = open(server.client, {
          prefix,
          ttlSeconds: 1000,
          ttlAppliesTo: 'terminal',
        });
        await store.save(taskOf('t', { status: COMPLETED }), CONTEXT);
        await store.save(taskOf('t'), CONTEXT);
        expect(await server.client.ttl(record)).toBe(-1);
        expect(await server.client.exists(`${prefix}{acme:ann}:expiry`)).toBe(0);
      });
    });
  });
}
