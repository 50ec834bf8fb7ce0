import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

/** Of which task an event is; empty for a message, which no task holds. */
export function taskIdOf({ kind, data }: AgentExecutionEvent): string {
  switch (kind) {
    case 'task':
      return data.id;
    case 'statusUpdate':
    case 'artifactUpdate':
      return data.taskId;
    case 'message':
    default:
      return '';
  }
}
