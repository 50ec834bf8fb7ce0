import { type Part, Role, type TaskState, type TaskStatus } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent, type RequestContext } from '@a2a-js/sdk/server';

/** The task, which an execution begins with. */
export function taskEvent(
  { taskId, contextId, task, userMessage }: RequestContext,
  state: TaskState,
): AgentExecutionEvent {
  return AgentEvent.task({
    id: taskId,
    contextId,
    status: statusOf(state),
    artifacts: [],
    history: task?.history ?? [userMessage],
    metadata: undefined,
  });
}

/** One part of an artifact. */
export function chunkEvent(
  { taskId, contextId }: RequestContext,
  artifactId: string,
  text: string,
  append: boolean,
): AgentExecutionEvent {
  return AgentEvent.artifactUpdate({
    taskId,
    contextId,
    artifact: {
      artifactId,
      name: '',
      description: '',
      parts: [textPart(text)],
      metadata: undefined,
      extensions: [],
    },
    append,
    lastChunk: false,
    metadata: undefined,
  });
}

export function statusEvent(
  { taskId, contextId }: RequestContext,
  state: TaskState,
): AgentExecutionEvent {
  const status = statusOf(state);
  return AgentEvent.statusUpdate({ taskId, contextId, status, metadata: undefined });
}

/** A message of the agent that is an answer of its own. */
export function messageEvent(
  { contextId }: Pick<RequestContext, 'contextId'>,
  text: string,
): AgentExecutionEvent {
  return AgentEvent.message({
    messageId: `reply-${text}`,
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

function statusOf(state: TaskState): TaskStatus {
  return { state, message: undefined, timestamp: new Date().toISOString() };
}
