import {
  type Artifact,
  type Message,
  type Part,
  Role,
  type StreamResponse,
  type Task,
  TaskState,
  type TaskStatus,
} from '@a2a-js/sdk';

/** A part that says which event brought it. */
export function tokenPart(text: string): Part {
  return {
    content: { $case: 'text', value: text },
    mediaType: '',
    filename: '',
    metadata: undefined,
  };
}

/** A message that says which event, or which call, brought it. */
export function tokenMessage(
  token: string,
  role: Role,
  ids: { readonly taskId: string; readonly contextId: string },
  text: string = token,
): Message {
  return {
    messageId: token,
    role,
    ...ids,
    parts: [tokenPart(text)],
    metadata: {},
    extensions: [],
    referenceTaskIds: [],
  };
}

export function tokenStatus(
  token: string,
  state: TaskState,
  ids: { readonly taskId: string; readonly contextId: string },
  timestamp: string,
): TaskStatus {
  return { state, message: tokenMessage(token, Role.ROLE_AGENT, ids), timestamp };
}

/** The text of a part: its first word is its token. */
export function textOfPart({ content }: Part): string {
  return content?.$case === 'text' ? content.value : '';
}

/** The tokens of an artifact's parts. */
export function tokensOfArtifact({ parts }: Artifact): readonly string[] {
  return parts.map((part) => textOfPart(part).split(' ')[0] ?? '');
}

/** The tokens of all parts of a task. */
export function tokensOfTask(task: Task): readonly string[] {
  return task.artifacts.flatMap(tokensOfArtifact);
}

/** The tokens of what a response adds to a task; none where it brings the whole task. */
export function tokensOfResponse({ payload }: StreamResponse): readonly string[] {
  if (payload?.$case === 'artifactUpdate') {
    return payload.value.artifact === undefined ? [] : tokensOfArtifact(payload.value.artifact);
  }
  const status = payload?.$case === 'statusUpdate' ? payload.value.status?.message?.messageId : '';
  return status === undefined || status === '' ? [] : [status];
}

const TERMINAL: ReadonlySet<TaskState> = new Set([
  TaskState.TASK_STATE_COMPLETED,
  TaskState.TASK_STATE_FAILED,
  TaskState.TASK_STATE_CANCELED,
  TaskState.TASK_STATE_REJECTED,
]);
const INTERRUPTED: ReadonlySet<TaskState> = new Set([
  TaskState.TASK_STATE_INPUT_REQUIRED,
  TaskState.TASK_STATE_AUTH_REQUIRED,
]);

export function isTerminalState(state: TaskState | undefined): boolean {
  return state !== undefined && TERMINAL.has(state);
}

export function isInterruptedState(state: TaskState | undefined): boolean {
  return state !== undefined && INTERRUPTED.has(state);
}

/** `COMPLETED`. */
export function stateName(state: TaskState | undefined): string {
  return state === undefined
    ? 'none'
    : (TaskState[state] ?? String(state)).replace('TASK_STATE_', '');
}

/** A response in a few words. */
export function describeResponse({ payload }: StreamResponse): string {
  switch (payload?.$case) {
    case 'task':
      return `task ${stateName(payload.value.status?.state)} [${tokensOfTask(payload.value).join(' ')}]`;
    case 'statusUpdate':
      return `status ${stateName(payload.value.status?.state)} (${payload.value.status?.message?.messageId ?? ''})`;
    case 'artifactUpdate':
      return `artifact ${payload.value.artifact === undefined ? '' : tokensOfArtifact(payload.value.artifact).join(' ')}`;
    case 'message':
      return `message ${payload.value.messageId}`;
    case undefined:
    default:
      return 'nothing';
  }
}

/** The state that a response brings, if it brings one. */
export function stateOfResponse({ payload }: StreamResponse): TaskState | undefined {
  return payload?.$case === 'task' || payload?.$case === 'statusUpdate'
    ? payload.value.status?.state
    : undefined;
}

/** The id of the task that a response is of. */
export function taskIdOfResponse({ payload }: StreamResponse): string | undefined {
  switch (payload?.$case) {
    case 'task':
      return payload.value.id;
    case 'statusUpdate':
    case 'artifactUpdate':
    case 'message':
      return payload.value.taskId;
    case undefined:
    default:
      return undefined;
  }
}
