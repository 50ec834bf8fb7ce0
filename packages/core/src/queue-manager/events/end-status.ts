import { Role, TaskState, type TaskStatus } from '@a2a-js/sdk';
import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

import { isTerminal } from '../../shared/state-kinds.ts';

/**
 * Why a task is ended by another than its executor: the replica that executed it is gone, or is being closed; Redis
 * did not take what was published of it; its user cancels it.
 */
export type EndReason = 'gone' | 'closed' | 'unstored' | 'canceled';

const TEXT: Readonly<Record<EndReason, string>> = {
  gone: 'The replica that executed this task is gone.',
  closed: 'The replica that executed this task was closed before the task came to its end.',
  unstored: 'Redis did not accept in time what the agent published of this task.',
  canceled: 'Task cancellation requested by user.',
};

/**
 * The status of a task that is ended by another than its executor.
 *
 * @param messageId The same for all that end one run, so that its message is one.
 * @param endedAt The moment, in milliseconds since the epoch.
 */
export function statusOfEnd(
  reason: EndReason,
  taskId: string,
  contextId: string,
  messageId: string,
  endedAt: number,
): TaskStatus {
  return {
    state: reason === 'canceled' ? TaskState.TASK_STATE_CANCELED : TaskState.TASK_STATE_FAILED,
    message: {
      role: Role.ROLE_AGENT,
      messageId,
      taskId,
      contextId,
      parts: [
        {
          content: { $case: 'text', value: TEXT[reason] },
          mediaType: 'text/plain',
          filename: '',
          metadata: {},
        },
      ],
      metadata: {},
      extensions: [],
      referenceTaskIds: [],
    },
    timestamp: new Date(endedAt).toISOString(),
  };
}

/** Whether a task goes on with the next message of its user, on any replica: then it needs no end. */
export function waitsForUser(status: TaskStatus | undefined): boolean {
  return status?.state === TaskState.TASK_STATE_INPUT_REQUIRED;
}

/** The status that an event brings, if it brings one. */
export function statusOf(event: AgentExecutionEvent): TaskStatus | undefined {
  return event.kind === 'task' || event.kind === 'statusUpdate' ? event.data.status : undefined;
}

/** Whether the request handler takes no event of the task after this one. */
export function isEnd(event: AgentExecutionEvent): boolean {
  return event.kind === 'statusUpdate' && isTerminal(event.data.status);
}
