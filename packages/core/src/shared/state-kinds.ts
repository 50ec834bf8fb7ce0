import { TaskState, type TaskStatus } from '@a2a-js/sdk';

const TERMINAL_STATES: ReadonlySet<TaskState | undefined> = new Set([
  TaskState.TASK_STATE_COMPLETED,
  TaskState.TASK_STATE_FAILED,
  TaskState.TASK_STATE_CANCELED,
  TaskState.TASK_STATE_REJECTED,
]);

/**
 * Whether a status ends its task, as the A2A specification (section 4.1.3) lists the states. One that is `null`, as
 * a store of others may have it, does not.
 */
export function isTerminal(status: TaskStatus | undefined): boolean {
  return TERMINAL_STATES.has(status?.state);
}

/** Whether a status says that the task waits for its user, as the A2A specification (section 4.1.3) has it. */
export function isInterrupted(status: TaskStatus | undefined): boolean {
  return (
    status?.state === TaskState.TASK_STATE_INPUT_REQUIRED ||
    status?.state === TaskState.TASK_STATE_AUTH_REQUIRED
  );
}

/** Whether a write would take a task out of the terminal state that it has reached. */
export function leavesTerminalState(
  from: TaskStatus | undefined,
  to: TaskStatus | undefined,
): boolean {
  return isTerminal(from) && from?.state !== to?.state;
}

/**
 * When a status was set, in milliseconds since the epoch; `undefined` where the status has no
 * readable timestamp.
 */
export function statusTime(status: TaskStatus | undefined): number | undefined {
  const time = status?.timestamp ? Date.parse(status.timestamp) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
