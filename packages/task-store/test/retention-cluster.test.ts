import { CONTEXT, dyingClient, streamedTask } from '@a2a-redis-internal/contract/redis-task-stores';
import { statusAt, taskOf } from '@a2a-redis-internal/contract/task-fixtures';
import { type RedisCluster, startRedisCluster } from '@a2a-redis-internal/redis-server';
import { TaskState } from '@a2a-js/sdk';
import { createCluster, type RedisClusterType } from 'redis';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { SCOPE, SweptPrefix } from './swept-prefix.ts';

let cluster: RedisCluster;
let client: RedisClusterType;
let swept: SweptPrefix;

beforeAll(async () => {
  cluster = await startRedisCluster();
  client = createCluster({ rootNodes: cluster.urls.map((url) => ({ url })) });
  client.on('error', () => undefined);
  await client.connect();
});

afterAll(async () => {
  client.destroy();
  await cluster.stop();
});

beforeEach(() => {
  swept = new SweptPrefix(client);
});

async function keys(): Promise<string[]> {
  const found = await Promise.all(
    client.masters.map(async (master) =>
      (await client.nodeClient(master)).keys(`${swept.prefix}*`),
    ),
  );
  return found.flat().toSorted();
}

async function expectNothingLeft(): Promise<void> {
  expect(await keys()).toEqual(Object.keys(swept.sweptKeys).toSorted());
  expect(await client.hKeys(swept.index('rows'))).toEqual(['sweeper']);
  expect(await client.zRange(swept.index('tasks'), 0, -1)).toEqual(['2d39122ayo0sweeper']);
}

test('on a cluster, the index entries of expired tasks go although nobody lists them', async () => {
  const writer = swept.store();
  await writer.save(streamedTask('one', 'chunk'), CONTEXT);
  const completed = statusAt(1, TaskState.TASK_STATE_COMPLETED);
  await writer.save(taskOf('two', { status: completed, contextId: 'other' }), CONTEXT);
  await swept.timePasses(['one', 'two']);
  await swept.sweep();
  await expectNothingLeft();
});

test.each([0, 1, 2, 3])(
  'on a cluster, what a save that dies after %i calls leaves behind goes, too',
  async (calls) => {
    // The note and the look for scopes, the mark, the record, the entry.
    const dying = dyingClient(client, 2 + calls);
    const store = swept.store({ deadlineMs: 200 }, dying.client);
    await store.save(taskOf('t'), CONTEXT).catch(() => undefined);
    await vi.waitUntil(async () => client.hExists(swept.noted, SCOPE));
    await client.del(swept.record('t'));
    for (const mark of await client.zRange(swept.index('pending'), 0, -1)) {
      await client.zAdd(swept.index('pending'), { value: mark, score: 1 });
    }
    await swept.timePasses(calls === 3 ? ['t'] : []);
    await swept.sweep();
    await expectNothingLeft();
  },
);
