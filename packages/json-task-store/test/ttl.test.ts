import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { append, CONTEXT, streamedTask } from '@a2a-redis-internal/contract/redis-task-stores';
import { listRequest, statusAt, taskOf } from '@a2a-redis-internal/contract/task-fixtures';

import { TaskState } from '@a2a-js/sdk';
import { TaskNotFoundError } from '@a2a-js/sdk/errors';
import { beforeEach, describe, expect, test } from 'vitest';

import { RedisJSONTaskStore } from '../src/index.ts';
import { describeWithJson } from './servers.ts';

describeWithJson('retention', (server) => {
  const INTERRUPTED = statusAt(1, TaskState.TASK_STATE_INPUT_REQUIRED);
  const COMPLETED = statusAt(2, TaskState.TASK_STATE_COMPLETED);

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

  describe('ttlSeconds', () => {
    test('starts anew with every write', async () => {
      const store = new RedisJSONTaskStore(server.client, { prefix, ttlSeconds: 1000 });
      await store.save(streamedTask('t', 'one'), CONTEXT);
      expect(await isDueWithin(1000)).toBe(true);
      await server.client.expire(record, 100_000);
      await append(store, ['two']);
      expect(await isDueWithin(1000)).toBe(true);
    });

    test('a store without it leaves the time of a record as it is', async () => {
      await new RedisJSONTaskStore(server.client, { prefix, ttlSeconds: 1000 }).save(
        taskOf('t'),
        CONTEXT,
      );
      await server.client.expire(record, 500);
      await append(new RedisJSONTaskStore(server.client, { prefix }), ['one']);
      expect(await isDueWithin(500)).toBe(true);
    });

    test('a store without it that overwrites a record lets it stay', async () => {
      const brief = new RedisJSONTaskStore(server.client, { prefix, ttlSeconds: 1000 });
      await brief.save(streamedTask('t', 'one'), CONTEXT);
      await new RedisJSONTaskStore(server.client, { prefix }).save(taskOf('t'), CONTEXT);
      expect(await server.client.ttl(record)).toBe(-1);
    });

    test('an expired task is gone, and counted no more', async () => {
      const store = new RedisJSONTaskStore(server.client, { prefix, ttlSeconds: 1000 });
      await new RedisJSONTaskStore(server.client, { prefix }).save(taskOf('kept'), CONTEXT);
      await store.save(streamedTask('t', 'one'), CONTEXT);
      // As if its time were up.
      await server.client.del(record);
      await server.client.zAdd(`${prefix}{acme:ann}:expiry`, { value: 't', score: 1 });
      const { tasks, totalSize } = await store.list(listRequest(), CONTEXT);
      expect([tasks.map(({ id }) => id), totalSize]).toEqual([['kept'], 1]);
      expect(await store.load('t', CONTEXT)).toBeUndefined();
      expect(await store.taskExists('t', CONTEXT)).toBe(false);
      await expect(store.getPath('t', '$', CONTEXT)).rejects.toThrow(TaskNotFoundError);
    });
  });

  describe("ttlAppliesTo: 'terminal'", () => {
    test('a task that works or waits stays; its time begins when it ends', async () => {
      const store = new RedisJSONTaskStore(server.client, {
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
      const store = new RedisJSONTaskStore(server.client, {
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
