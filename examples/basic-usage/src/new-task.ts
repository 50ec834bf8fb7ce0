import { Role, type Task, TaskState } from '@a2a-js/sdk';

/** A task that begins with a message of the user. */
export function newTask(id: string, state: TaskState = TaskState.TASK_STATE_WORKING): Task {
  return {
    id,
    contextId: 'holidays',
    status: { state, message: undefined, timestamp: new Date().toISOString() },
    artifacts: [],
    history: [
      {
        messageId: `${id}-message`,
        role: Role.ROLE_USER,
        parts: [
          {
            content: { $case: 'text', value: 'Plan a trip' },
            mediaType: 'text/plain',
            filename: '',
            metadata: undefined,
          },
        ],
        taskId: id,
        contextId: 'holidays',
        metadata: undefined,
        extensions: [],
        referenceTaskIds: [],
      },
    ],
    metadata: undefined,
  };
}
