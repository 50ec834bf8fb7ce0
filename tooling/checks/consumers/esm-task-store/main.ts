import assert from 'node:assert/strict';

import { ListTasksRequest, Task, TaskState } from '@a2a-js/sdk';
import { ServerCallContext, type TaskStore } from '@a2a-js/sdk/server';
import { createRedisClient } from '@a2a-redis/core';
import { RedisTaskStore } from '@a2a-redis/task-store';

const context = new ServerCallContext({ tenant: 'consumer' });
const task = Task.fromJSON({
  id: 'task-1',
  contextId: 'context-1',
  status: { state: 'TASK_STATE_WORKING', timestamp: '2026-01-02T03:04:05.678Z' },
  artifacts: [{ artifactId: 'artifact-1', parts: [{ text: 'one' }, { text: 'two' }] }],
});

const client = await createRedisClient({ url: process.env['REDIS_URL'] ?? '' });
try {
  const store: TaskStore = new RedisTaskStore(client, { prefix: 'consumer:tasks:' });
  await store.save(task, context);
  assert.deepEqual(await store.load('task-1', context), task);
  assert.equal(await store.load('task-2', context), undefined);
  const page = await store.list(ListTasksRequest.fromJSON({ contextId: 'context-1' }), context);
  assert.deepEqual(
    page.tasks.map(({ id, status }) => [id, status?.state]),
    [['task-1', TaskState.TASK_STATE_WORKING]],
  );
} finally {
  await client.close();
}
