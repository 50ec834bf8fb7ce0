import {
  type Artifact,
  type ListTasksRequest,
  type Message,
  type Part,
  Role,
  type Task,
  TaskState,
  type TaskStatus,
} from '@a2a-js/sdk';
import type { ServerCallContext, TaskStore } from '@a2a-js/sdk/server';

import { contextOf, ODD_IDS } from '../push-notification-store/fixtures.ts';

export { contextOf };

/** A call without a tenant and a user. */
export const CONTEXT: ServerCallContext = contextOf();

/** Ids of tasks, contexts, tenants and owners that have misled stores. */
export const ODD_TASK_IDS: readonly string[] = [
  ...ODD_IDS,
  '[',
  ']',
  'A',
  'a%3Ab',
  'a%3ab',
  'a b',
  '../a',
  '|',
  '2026-01-01T00:00:00.000Z|a',
  '-',
  '+',
];

/** A status that was set so many milliseconds after a fixed moment. */
export function statusAt(
  timeMs: number,
  state: TaskState = TaskState.TASK_STATE_WORKING,
): TaskStatus {
  const timestamp = new Date(Date.UTC(2026, 0, 1) + timeMs).toISOString();
  return { state, message: undefined, timestamp };
}

/** A task that is being worked on and holds nothing. */
export function taskOf(id: string, fields: Partial<Task> = {}): Task {
  return {
    id,
    contextId: 'context',
    status: statusAt(0),
    artifacts: [],
    history: [],
    metadata: undefined,
    ...fields,
  };
}

/** A part of text, unless the fields say otherwise. */
export function partOf(value: string, fields: Partial<Part> = {}): Part {
  return {
    content: { $case: 'text', value },
    metadata: undefined,
    filename: '',
    mediaType: '',
    ...fields,
  };
}

/** A message of the user that says its id. */
export function messageOf(messageId: string, fields: Partial<Message> = {}): Message {
  return {
    messageId,
    contextId: 'context',
    taskId: '',
    role: Role.ROLE_USER,
    parts: [partOf(messageId)],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
    ...fields,
  };
}

/** An artifact of text parts. */
export function artifactOf(
  artifactId: string,
  texts: readonly string[],
  fields: Partial<Artifact> = {},
): Artifact {
  return {
    artifactId,
    name: '',
    description: '',
    parts: texts.map((value) => partOf(value)),
    metadata: undefined,
    extensions: [],
    ...fields,
  };
}

/** A task with something in every list and object. */
export function fullTaskOf(id: string): Task {
  const message = messageOf('m-status', { metadata: { deep: { list: [1] } } });
  return taskOf(id, {
    status: { ...statusAt(0), message },
    artifacts: [artifactOf('a-1', ['one', 'two'], { metadata: { kind: ['draft'] } })],
    history: [messageOf('m-1', { extensions: ['urn:x'], referenceTaskIds: ['other'] })],
    metadata: { count: 1, nested: { list: ['x'] } },
  });
}

/** A list request without filters, unless the fields name some. */
export function listRequest(fields: Partial<ListTasksRequest> = {}): ListTasksRequest {
  return {
    tenant: '',
    contextId: '',
    status: TaskState.TASK_STATE_UNSPECIFIED,
    pageToken: '',
    statusTimestampAfter: undefined,
    ...fields,
  };
}

/** The ids of one page. */
export async function idsOf(
  store: TaskStore,
  fields: Partial<ListTasksRequest> = {},
  context: ServerCallContext = CONTEXT,
): Promise<string[]> {
  const { tasks } = await store.list(listRequest(fields), context);
  return tasks.map(({ id }) => id);
}

/** Loads a task that must be there. */
export async function loadTask(
  store: TaskStore,
  id: string,
  context: ServerCallContext = CONTEXT,
): Promise<Task> {
  const task = await store.load(id, context);
  if (task === undefined) throw new Error(`There is no task ${JSON.stringify(id)}.`);
  return task;
}
