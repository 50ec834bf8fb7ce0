import type { Task } from '@a2a-js/sdk';
import type { ServerCallContext, TaskStore } from '@a2a-js/sdk/server';

import { contextOf, loadTask as loadTaskOf } from '../task-store/fixtures.ts';

/** A call of tenant `acme` by user `ann`. */
export const CONTEXT: ServerCallContext = contextOf({ tenant: 'acme', userName: 'ann' });

/** Loads a task of that caller, which must be there. */
export async function loadTask(store: TaskStore, id: string): Promise<Task> {
  return loadTaskOf(store, id, CONTEXT);
}
