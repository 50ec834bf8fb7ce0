import type { Task } from '@a2a-js/sdk';
import type { TaskStore } from '@a2a-js/sdk/server';

import { progress } from './progress.ts';
import { contextOf } from './workload.ts';

/** Saves under way at once: enough to fill a pipeline, few enough to keep memory flat. */
const CONCURRENCY = 256;
const TELL_EVERY = 25_000;

/** Saves many tasks of an owner. */
export async function fill(
  store: TaskStore,
  owner: string,
  count: number,
  taskAt: (index: number) => Task,
): Promise<void> {
  const context = contextOf(owner);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      await store.save(taskAt(index), context);
      if ((index + 1) % TELL_EVERY === 0) progress(`saved ${index + 1} of ${count} tasks`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, count) }, work));
}
