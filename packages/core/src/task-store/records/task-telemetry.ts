import { channel } from 'node:diagnostics_channel';

/** What task stores report on the diagnostics channel `a2a-redis:task-store`. */
export type TaskStoreEvent =
  /** Another writer was first, and the changes were merged. */
  | { readonly type: 'merge'; readonly key: string; readonly attempt: number }
  /** An index entry did not match its record and was set right. */
  | { readonly type: 'index-repair'; readonly taskId: string }
  /** Work beside a call failed: on retention, or on a mark to be removed. It is done again later. */
  | { readonly type: 'background-error'; readonly error: unknown };

const taskStoreChannel = channel('a2a-redis:task-store');

/** Reports to whoever subscribed; costs a comparison where nobody did. */
export function reportTaskEvent(event: TaskStoreEvent): void {
  if (taskStoreChannel.hasSubscribers) taskStoreChannel.publish(event);
}
