import type { Task } from '@a2a-js/sdk';
import type { ServerCallContext, TaskStore } from '@a2a-js/sdk/server';

import type { AppliedEvents } from './applied-events.ts';

/** A task store that reads the ids of events: it applies each once, and knows which it holds. */
export interface EventTrackingStore extends TaskStore {
  /**
   * Which events a stored task holds; `undefined` where there is no such task.
   *
   * Together with a `load` of the same task in the same turn of the event loop it describes exactly
   * what that `load` returns.
   */
  appliedEvents(taskId: string, context: ServerCallContext): Promise<AppliedEvents | undefined>;
  /**
   * Refuses a task that could never be stored, whatever is stored of it. A store without it refuses
   * such a task when it is saved.
   *
   * @throws {A2ARedisError} `INVALID_ARGUMENT`.
   */
  requireStorable?(task: Task): void;
}

/** Whether a task store reads event ids. */
export function isEventTrackingStore(store: TaskStore): store is EventTrackingStore {
  return 'appliedEvents' in store && typeof store.appliedEvents === 'function';
}
