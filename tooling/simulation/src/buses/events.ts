import { TaskState } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent, type ExecutionEventBus } from '@a2a-js/sdk/server';
import { A2ARedisError } from '@a2a-redis/core';

import {
  stateName,
  tokenPart,
  tokensOfArtifact,
  tokensOfTask,
  tokenStatus,
} from '../world/tokens.ts';

export const CONTEXT_ID = 'c';

/** What listeners heard. */
export interface Listening {
  /** Events in a few words each; `finished` for the end. */
  readonly heard: readonly string[];
}

/** Listens to a bus as a request does. */
export function listen(bus: ExecutionEventBus): Listening {
  const heard: string[] = [];
  bus.on('event', (event) => heard.push(describe(event)));
  bus.on('finished', () => heard.push('finished'));
  return { heard };
}

/** A task without anything, as an executor begins it. */
export function begun(taskId: string): AgentExecutionEvent {
  return AgentEvent.task({
    id: taskId,
    contextId: CONTEXT_ID,
    status: { state: TaskState.TASK_STATE_SUBMITTED, message: undefined, timestamp: undefined },
    artifacts: [],
    history: [],
    metadata: {},
  });
}

export function status(taskId: string, state: TaskState): AgentExecutionEvent {
  const ids = { taskId, contextId: CONTEXT_ID };
  return AgentEvent.statusUpdate({
    ...ids,
    status: tokenStatus(`${taskId} ${stateName(state)}`, state, ids, '2026-01-01T00:00:00.000Z'),
    metadata: undefined,
  });
}

/** One more part of the task's artifact. */
export function part(taskId: string, token: string): AgentExecutionEvent {
  return AgentEvent.artifactUpdate({
    taskId,
    contextId: CONTEXT_ID,
    artifact: {
      artifactId: 'a',
      name: '',
      description: '',
      parts: [tokenPart(token)],
      metadata: undefined,
      extensions: [],
    },
    append: true,
    lastChunk: false,
    metadata: undefined,
  });
}

/** An event in a few words; one that throws, by the code of its error. */
function describe(event: AgentExecutionEvent): string {
  try {
    return kindOf(event);
  } catch (error) {
    return error instanceof A2ARedisError ? error.code : String(error);
  }
}

function kindOf(event: AgentExecutionEvent): string {
  switch (event.kind) {
    case 'task':
      return `task ${stateName(event.data.status?.state)} [${tokensOfTask(event.data).join(' ')}]`;
    case 'statusUpdate':
      return stateName(event.data.status?.state);
    case 'artifactUpdate':
      return event.data.artifact === undefined ? '' : tokensOfArtifact(event.data.artifact).join();
    case 'message':
    default:
      return 'message';
  }
}
