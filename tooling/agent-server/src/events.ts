import { randomUUID } from 'node:crypto';

import { type Part, Role, TaskState, type TaskStatus } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent, type RequestContext } from '@a2a-js/sdk/server';

/** The task, as each execution publishes it first. */
export function taskEvent({
  taskId,
  contextId,
  task,
  userMessage,
}: RequestContext): AgentExecutionEvent {
  return AgentEvent.task({
    id: taskId,
    contextId,
    status: statusAt(TaskState.TASK_STATE_WORKING),
    artifacts: [],
    history: task?.history ?? [userMessage],
    metadata: undefined,
  });
}

/** One more part of the artifact `answer`. */
export function chunkEvent(
  { taskId, contextId }: RequestContext,
  text: string,
): AgentExecutionEvent {
  return AgentEvent.artifactUpdate({
    taskId,
    contextId,
    artifact: {
      artifactId: 'answer',
      name: '',
      description: '',
      parts: [textPart(text)],
      metadata: undefined,
      extensions: [],
    },
    append: true,
    lastChunk: false,
    metadata: undefined,
  });
}

export function statusEvent(
  { taskId, contextId }: RequestContext,
  state: TaskState,
): AgentExecutionEvent {
  return AgentEvent.statusUpdate({
    taskId,
    contextId,
    status: statusAt(state),
    metadata: undefined,
  });
}

/** A message of the agent that is an answer of its own. */
export function messageEvent({ contextId }: RequestContext, text: string): AgentExecutionEvent {
  return AgentEvent.message({
    messageId: randomUUID(),
    contextId,
    taskId: '',
    role: Role.ROLE_AGENT,
    parts: [textPart(text)],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  });
}

export function textPart(value: string): Part {
  const content = { $case: 'text' as const, value };
  return { content, mediaType: 'text/plain', filename: '', metadata: undefined };
}

function statusAt(state: TaskState): TaskStatus {
  return { state, message: undefined, timestamp: new Date().toISOString() };
}
