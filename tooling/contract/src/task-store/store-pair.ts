import type { ListTasksRequest, Task, TaskStatus } from '@a2a-js/sdk';
import { TaskState } from '@a2a-js/sdk';
import { InMemoryTaskStore, type ServerCallContext, type TaskStore } from '@a2a-js/sdk/server';
import { expect } from 'vitest';

import { listRequest } from './fixtures.ts';
import { plain } from './plain.ts';

const TERMINAL_STATES: ReadonlySet<TaskState | undefined> = new Set([
  TaskState.TASK_STATE_COMPLETED,
  TaskState.TASK_STATE_FAILED,
  TaskState.TASK_STATE_CANCELED,
  TaskState.TASK_STATE_REJECTED,
]);

/** A store and the SDK's in-memory store, to be called alike and to answer alike. */
export class StorePair {
  readonly store: TaskStore;
  readonly reference: TaskStore = new InMemoryTaskStore();

  constructor(store: TaskStore) {
    this.store = store;
  }

  /** Loads from both; returns what each of them returned. */
  async load(taskId: string, context: ServerCallContext): Promise<[Task, Task] | undefined> {
    const expected = await this.reference.load(taskId, context);
    const task = await this.store.load(taskId, context);
    expect(plain(task)).toEqual(plain(expected));
    return task === undefined || expected === undefined ? undefined : [task, expected];
  }

  /** Lists all pages of both. The tokens are each store's own. */
  async list(fields: Partial<ListTasksRequest>, context: ServerCallContext): Promise<void> {
    let [token, expectedToken] = ['', ''];
    do {
      const expected = await this.reference.list(
        listRequest({ ...fields, pageToken: expectedToken }),
        context,
      );
      const page = await this.store.list(listRequest({ ...fields, pageToken: token }), context);
      expect(plain({ ...page, nextPageToken: page.nextPageToken !== '' })).toEqual(
        plain({ ...expected, nextPageToken: expected.nextPageToken !== '' }),
      );
      token = page.nextPageToken;
      expectedToken = expected.nextPageToken;
    } while (expectedToken !== '');
  }

  /** The status to set where another is wanted: one that leaves no terminal state. */
  async reachable(
    wanted: TaskStatus | undefined,
    taskId: string,
    context: ServerCallContext,
  ): Promise<TaskStatus | undefined> {
    const stored = await this.reference.load(taskId, context);
    const state = stored?.status?.state;
    if (state === undefined || !TERMINAL_STATES.has(state)) return wanted;
    return { message: undefined, timestamp: undefined, ...wanted, state };
  }
}
