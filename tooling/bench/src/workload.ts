import { randomUUID } from 'node:crypto';

import { type Artifact, type Message, type Part, Role, Task, type TaskState } from '@a2a-js/sdk';
import { ServerCallContext } from '@a2a-js/sdk/server';

/** The text of a chunk, in bytes. */
export const CHUNK_BYTES = 200;

const WORDS = 'the agent streams its answer in small pieces and every one of them is kept ';

/** ASCII text of a length that differs from chunk to chunk. */
export function chunkText(index: number, bytes: number = CHUNK_BYTES): string {
  return `${index} ${WORDS.repeat(Math.ceil(bytes / WORDS.length))}`.slice(0, bytes);
}

/** A text part. */
export function textPart(text: string): Part {
  return {
    content: { $case: 'text', value: text },
    metadata: undefined,
    filename: '',
    mediaType: '',
  };
}

/** A call of an owner. */
export function contextOf(owner: string): ServerCallContext {
  return new ServerCallContext({
    requestedVersion: '1.0',
    user: { isAuthenticated: true, userName: owner },
  });
}

/** A message of a user with one text part. */
export function messageOf(
  text: string,
  ids: { taskId?: string; contextId?: string } = {},
): Message {
  return {
    messageId: randomUUID(),
    contextId: ids.contextId ?? '',
    taskId: ids.taskId ?? '',
    role: Role.ROLE_USER,
    parts: [textPart(text)],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  };
}

/** An artifact with text parts of {@link CHUNK_BYTES}. */
function artifactOf(partCount: number): Artifact {
  return {
    artifactId: randomUUID(),
    name: 'answer',
    description: '',
    parts: Array.from({ length: partCount }, (_, index) => textPart(chunkText(index))),
    metadata: undefined,
    extensions: [],
  };
}

/** What {@link taskWith} makes. */
export interface TaskShape {
  readonly messages: number;
  readonly artifacts: number;
  /** Parts of each artifact. */
  readonly parts: number;
  readonly state: TaskState;
  readonly contextId?: string | undefined;
  readonly timestamp?: string | undefined;
}

/** A task with ids as the SDK makes them. */
export function taskWith(shape: TaskShape): Task {
  const { messages, artifacts, parts, state, contextId = randomUUID() } = shape;
  const id = randomUUID();
  return {
    id,
    contextId,
    status: { state, message: undefined, timestamp: shape.timestamp ?? new Date().toISOString() },
    history: Array.from({ length: messages }, (_, index) =>
      messageOf(chunkText(index, 100), { taskId: id, contextId }),
    ),
    artifacts: Array.from({ length: artifacts }, () => artifactOf(parts)),
    metadata: undefined,
  };
}

/** The size of a task as A2A JSON. */
export function jsonBytes(task: Task): number {
  return Buffer.byteLength(JSON.stringify(Task.toJSON(task)));
}
