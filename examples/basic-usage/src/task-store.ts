import { TaskState } from '@a2a-js/sdk';
import type { RedisClient } from '@a2a-redis/core';
import { RedisTaskStore } from '@a2a-redis/task-store';

import { caller } from './caller.ts';
import { newTask } from './new-task.ts';

export async function showTaskStore(redis: RedisClient): Promise<void> {
  // Every key begins with the prefix. Give each application its own.
  const store = new RedisTaskStore(redis, { prefix: 'basic-usage:tasks:' });
  const alice = caller('alice');
  console.log('RedisTaskStore');

  // The SDK's request handler does this for you with every event of an agent.
  await store.save(newTask('trip-1'), alice);
  await store.save(newTask('trip-2', TaskState.TASK_STATE_COMPLETED), alice);
  console.log('  saved    trip-1 and trip-2');

  const loaded = await store.load('trip-1', alice);
  console.log(`  loaded   trip-1 with ${loaded?.history.length} message`);

  // Filters and pages are answered from an index: other tasks are not read.
  const page = await store.list(
    {
      tenant: '',
      contextId: 'holidays',
      status: TaskState.TASK_STATE_COMPLETED,
      pageSize: 10,
      pageToken: '',
      statusTimestampAfter: undefined,
    },
    alice,
  );
  console.log(`  listed   completed: ${page.tasks.map((task) => task.id).join(', ')}`);

  // Reads, changes and writes atomically, also while other processes write the same task.
  const updated = await store.updateTask('trip-1', alice, (task) => {
    task.metadata = { ...task.metadata, rating: 5 };
  });
  console.log(`  updated  trip-1, rating ${updated.metadata?.['rating']}`);

  // Another user finds nothing, whatever the id.
  const bobs = await store.load('trip-1', caller('bob'));
  console.log(`  bob has  ${bobs === undefined ? 'no trip-1' : bobs.id}`);

  for await (const id of store.listTaskIds(alice)) await store.delete(id, alice);
  console.log(`  deleted  trip-1 exists: ${await store.taskExists('trip-1', alice)}`);
}
