import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { CONTEXT, streamedTask } from '@a2a-redis-internal/contract/redis-task-stores';
import { statusAt, taskOf } from '@a2a-redis-internal/contract/task-fixtures';
import { TaskState } from '@a2a-js/sdk';
import { ServerCallContext } from '@a2a-js/sdk/server';
import { createCluster } from 'redis';
import { beforeAll, describe, expect, test, vi } from 'vitest';

import { RedisJSONTaskStore } from '../src/index.ts';
import { describeWithJson, describeWithJsonCluster } from './servers.ts';

describeWithJson('search', (server) => {
  let hasSearch = false;

  beforeAll(async () => {
    hasSearch = (await server.client.commandInfo(['FT.SEARCH']))[0] !== null;
  });

  describe('with a query engine', () => {
    test('finds the tasks of the caller, by text, state and context, in pages', async (context) => {
      if (!hasSearch) context.skip('the server has no query engine');
      const store = new RedisJSONTaskStore(server.client, { prefix: newPrefix() });
      const other = new ServerCallContext({
        tenant: 'acme',
        user: { isAuthenticated: true, userName: 'Ann' },
      });
      await store.save(streamedTask('one', 'the weather in Paris'), CONTEXT);
      await store.save(streamedTask('two', 'the weather in Rome'), other);
      await store.save(
        {
          ...taskOf('three', { contextId: 'c-3' }),
          status: statusAt(1, TaskState.TASK_STATE_FAILED),
        },
        CONTEXT,
      );
      const idsOf = async (query: string): Promise<string[]> =>
        (await store.search(query, CONTEXT)).tasks.map(({ id }) => id).toSorted();

      await vi.waitUntil(async () => (await store.search('*', CONTEXT)).totalSize === 2);
      expect(await idsOf('*')).toEqual(['one', 'three']);
      expect(await idsOf('weather')).toEqual(['one']);
      expect(await idsOf('@artifacts:rome')).toEqual([]);
      expect(await idsOf('@state:{TASK_STATE_FAILED} | paris')).toEqual(['one', 'three']);
      expect(await idsOf('@contextId:{c\\-3}')).toEqual(['three']);
      const page = await store.search('*', CONTEXT, { limit: 1, offset: 1, sortBy: 'timestamp' });
      expect([page.totalSize, page.tasks.map(({ id }) => id)]).toEqual([2, ['three']]);
      const [found] = (await store.search('weather', CONTEXT)).tasks;
      expect(found).toEqual(await store.load('one', CONTEXT));
      await expect(store.search('@nope:{', CONTEXT)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    });
  });

  describe('without a query engine', () => {
    test('says what is needed and what was found', async (context) => {
      if (hasSearch) context.skip('the server has a query engine');
      const store = new RedisJSONTaskStore(server.client, { prefix: newPrefix() });
      await store.save(taskOf('t'), CONTEXT);
      await expect(store.search('*', CONTEXT)).rejects.toMatchObject({
        name: 'A2ARedisError',
        code: 'SERVER_UNSUPPORTED',
        message: expect.stringMatching(/^Searching needs the FT commands: [^.]+\.$/),
        detail: expect.stringMatching(
          /^Searching needs the FT commands: .+; this one refused: ERR unknown command/,
        ),
      });
    });
  });
});

describeWithJsonCluster('search on a cluster', (url) => {
  test('is refused: through its client, one server is reached', async () => {
    const client = createCluster({ rootNodes: [{ url }] });
    await client.connect();
    const store = new RedisJSONTaskStore(client, { prefix: newPrefix() });
    await expect(store.search('*', CONTEXT)).rejects.toMatchObject({
      code: 'SERVER_UNSUPPORTED',
      message: expect.stringContaining('single server'),
    });
    await client.close();
  });
});
