import { StreamResponse, Task, type TaskPushNotificationConfig } from '@a2a-js/sdk';
import { ServerCallContext } from '@a2a-js/sdk/server';

/** A call of a tenant's user. */
export function contextOf(tenant: string, userName = 'ann'): ServerCallContext {
  return new ServerCallContext({
    tenant,
    requestedVersion: '1.0',
    user: { isAuthenticated: true, userName },
  });
}

/** A call of tenant `acme` by user `ann`. */
export const CONTEXT: ServerCallContext = contextOf('acme');

export function configOf(
  taskId: string,
  id: string,
  url: string,
  fields: Partial<TaskPushNotificationConfig> = {},
): TaskPushNotificationConfig {
  return { tenant: '', id, taskId, url, token: '', authentication: undefined, ...fields };
}

/** A status of a task, as the request handler sends it: `working`, `completed`, … */
export function statusOf(taskId: string, state: string): StreamResponse {
  return StreamResponse.fromJSON({
    statusUpdate: {
      taskId,
      contextId: 'c',
      status: { state: `TASK_STATE_${state.toUpperCase()}` },
    },
  });
}

/** A chunk of an artifact, as the request handler sends it. */
export function chunkOf(taskId: string, text: string): StreamResponse {
  return StreamResponse.fromJSON({
    artifactUpdate: {
      taskId,
      contextId: 'c',
      append: true,
      artifact: { artifactId: 'a', parts: [{ text }] },
    },
  });
}

/** A task with so many parts in one artifact. */
export function taskOf(taskId: string, state: string, parts = 0): Task {
  return Task.fromJSON({
    id: taskId,
    contextId: 'c',
    status: { state: `TASK_STATE_${state.toUpperCase()}` },
    artifacts: [
      {
        artifactId: 'a',
        parts: Array.from({ length: parts }, (_, index) => ({ text: `${index}` })),
      },
    ],
  });
}
