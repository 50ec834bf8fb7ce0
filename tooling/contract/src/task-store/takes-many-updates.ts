import { TaskState } from '@a2a-js/sdk';
import { describe, expect, test } from 'vitest';

import { artifactOf, CONTEXT, idsOf, loadTask, partOf, statusAt, taskOf } from './fixtures.ts';
import type { TaskStoreSubject } from './subject.ts';

const UPDATES = 100;

/** A task can be loaded, changed and saved for as long as it lives. */
export function takesManyUpdates({ makeStore }: TaskStoreSubject): void {
  describe('many updates', () => {
    test(`${UPDATES} chunks, each loaded and saved, make one artifact`, async () => {
      const store = await makeStore();
      await store.save(taskOf('task', { artifacts: [artifactOf('a', [])] }), CONTEXT);
      const texts = Array.from({ length: UPDATES }, (_, index) => `chunk ${index}`);
      for (const text of texts) {
        const task = await loadTask(store, 'task');
        const [artifact] = task.artifacts;
        if (artifact) artifact.parts = [...artifact.parts, partOf(text)];
        await store.save(task, CONTEXT);
      }
      expect((await loadTask(store, 'task')).artifacts).toEqual([artifactOf('a', texts)]);
    });

    test(`${UPDATES} statuses of ten tasks leave each task once in the lists`, async () => {
      const store = await makeStore();
      for (let update = 0; update < UPDATES; update += 1) {
        const state =
          update % 3 === 0 ? TaskState.TASK_STATE_WORKING : TaskState.TASK_STATE_SUBMITTED;
        const status = statusAt(update, state);
        await store.save(taskOf(`task-${update % 10}`, { status }), CONTEXT);
      }
      const ids = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map((index) => `task-${index}`);
      expect(await idsOf(store)).toEqual(ids);
      // The last ten updates are 90 to 99; those that three divides are 90, 93, 96 and 99.
      expect(await idsOf(store, { status: TaskState.TASK_STATE_WORKING })).toEqual(
        [99, 96, 93, 90].map((update) => `task-${update % 10}`),
      );
    });
  });
}
