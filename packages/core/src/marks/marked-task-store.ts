import type { ServerCallContext, TaskStore } from '@a2a-js/sdk/server';

import type { AppliedEvents } from './applied-events.ts';

/** A task store that reads the marks of events: it applies each once, and knows which it holds. */
export interface MarkedTaskStore extends TaskStore {
  /**
   * Which events a stored task holds; `undefined` where there is no such task.
   *
   * Together with a `load` of the same task in the same turn of the event loop it describes exactly
   * what that `load` returns.
   */
  appliedEvents(taskId: string, context: ServerCallContext): Promise<AppliedEvents | undefined>;
}

/** Whether a task store reads marks. */
export function isMarkedTaskStore(store: TaskStore): store is MarkedTaskStore {
  return 'appliedEvents' in store && typeof store.appliedEvents === 'function';
}
