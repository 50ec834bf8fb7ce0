import type { RedisClient } from '@a2a-redis/core';
import { RedisJSONTaskStore } from '@a2a-redis/json-task-store';

import { caller } from './caller.ts';
import { newTask } from './new-task.ts';

export async function showJsonTaskStore(redis: RedisClient): Promise<void> {
  // A task store like the other, with a document a task that other tools can read as well.
  const store = new RedisJSONTaskStore(redis, { prefix: 'basic-usage:json-tasks:' });
  const alice = caller('alice');

  await store.save(newTask('trip-1'), alice);
  console.log('  saved    trip-1');

  // Whatever the size of the task, nothing but what the path matches is sent.
  const texts = await store.getPath('trip-1', '$.history[*].parts[*].text', alice);
  console.log(`  read     ${JSON.stringify(texts)}`);

  // Reads, changes and writes one value atomically.
  for (let visit = 1; visit <= 2; visit += 1) {
    await store.updatePath(
      'trip-1',
      '$.metadata.visits',
      alice,
      (visits) => Number(visits ?? 0) + 1,
    );
  }
  const loaded = await store.load('trip-1', alice);
  console.log(`  updated  trip-1, visits ${loaded?.metadata?.['visits']}`);

  await store.delete('trip-1', alice);
  console.log(`  deleted  trip-1 exists: ${await store.taskExists('trip-1', alice)}`);
}
