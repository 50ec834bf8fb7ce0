import { isDeepStrictEqual } from 'node:util';

import { TaskState } from '@a2a-js/sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { beginTask } from '../queues/begin-task.ts';
import type { Replica } from './replica.ts';
import type { RedisQueueManagerSubject } from './subject.ts';
import { TrackedCollections } from './tracked-collections.ts';
import { useReplicas } from './use-replicas.ts';

/** How many tasks of each kind are executed before entries are counted, and again before they are counted again. */
const TASKS = [5, 40] as const;
/** How many times in a row entries are counted to be the same. */
const UNCHANGED = 10;
const WAITING = { timeout: 60_000, interval: 500 };

/** Declares the test that nothing in a process grows with the tasks that it executed, or followed. */
export function describeGrowth(subject: RedisQueueManagerSubject): void {
  describe(`a process with a ${subject.name}`, () => {
    let collections: TrackedCollections;
    // Before the replicas are started.
    beforeEach(() => {
      collections = new TrackedCollections();
    });
    afterEach(() => {
      collections[Symbol.dispose]();
    });
    const used = useReplicas(subject, 2);

    it('keeps nothing of tasks that have ended', async () => {
      const { a, b } = used;
      await executeTasks(a, b, TASKS[0]);
      const before = await settled(collections);
      await executeTasks(a, b, TASKS[1]);
      await vi.waitFor(async () => {
        expect(await collections.entries()).toEqual(before);
      }, WAITING);
    });
  });
}

/** Executes tasks on one replica that another one subscribes to, goes on with, or cancels: so many of each. */
async function executeTasks(a: Replica, b: Replica, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    const followed = await beginTask(a);
    const subscribers = [a, b].map((each) => each.resubscribe(followed.execution.taskId));
    await Promise.all(subscribers.map(async (each) => each.until(1)));
    followed.execution.chunks(3).complete();
    await Promise.all([followed.stream, ...subscribers].map(async ({ ended }) => ended));

    const asking = await beginTask(a);
    asking.execution.status(TaskState.TASK_STATE_INPUT_REQUIRED).return();
    await asking.stream.ended;
    const executing = b.executor.next();
    const answer = b.stream({ taskId: asking.execution.taskId });
    (await executing).task().complete();
    await answer.ended;

    const unwanted = await beginTask(a);
    await b.cancel(unwanted.execution.taskId);
    await unwanted.stream.ended;
  }
  // The tests' own executors keep what they executed.
  for (const { executor } of [a, b]) executor.executions.splice(0);
}

/** How many entries there are once they stay the same for a while, in which each replica has heard of the other. */
async function settled(collections: TrackedCollections): Promise<unknown> {
  let last: unknown;
  let unchanged = 0;
  await vi.waitFor(async () => {
    const now = await collections.entries();
    unchanged = isDeepStrictEqual(now, last) ? unchanged + 1 : 0;
    last = now;
    expect(unchanged).toBe(UNCHANGED);
  }, WAITING);
  return last;
}
