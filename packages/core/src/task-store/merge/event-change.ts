import type {
  Artifact,
  Message,
  Task,
  TaskArtifactUpdateEvent,
  TaskStatusUpdateEvent,
} from '@a2a-js/sdk';
import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

import { isTerminal, leavesTerminalState } from '../../shared/state-kinds.ts';
import { copyHeader, copyMessage, copyPart, copyStatus, requireList } from '../model/a2a-values.ts';
import { ItemList } from '../model/item-list.ts';
import { copyJsonObject, type JsonObject } from '../model/json-value.ts';
import type { SavedEvent } from './saved-event.ts';
import { type ArtifactSnapshot, snapshotOf, type TaskSnapshot } from '../model/task-snapshot.ts';

/** What an event makes of a task. */
export interface EventChange {
  readonly task: TaskSnapshot;
  /** What it changed, as {@link SavedEvent} tells it. */
  readonly kind: SavedEventKind;
}

/** A {@link SavedEvent} without its event id. */
export type SavedEventKind = SavedEvent extends infer E
  ? E extends SavedEvent
    ? Omit<E, 'eventId'>
    : never
  : never;

/**
 * What the SDK's result manager makes of a task with an event, as a pure function: it loads the task,
 * changes it and saves it, event by event. As in these stores, a terminal state stays.
 *
 * @param task The stored task; `undefined` where there is none.
 * @param userMessages The messages of the requests that execute: they go into the history with a task event.
 * @returns `undefined` where the event changes nothing: a message, a change of an unknown task, another
 *   status after a terminal one.
 * @throws {A2ARedisError} `INVALID_ARGUMENT` where the event holds what cannot be stored.
 */
export function changeBy(
  task: TaskSnapshot | undefined,
  event: AgentExecutionEvent,
  userMessages: readonly Message[],
): EventChange | undefined {
  switch (event.kind) {
    case 'task':
      return { task: withTask(task, event.data, userMessages), kind: { kind: 'task' } };
    case 'statusUpdate':
      return task && withStatus(task, event.data);
    case 'artifactUpdate':
      return task && withArtifact(task, event.data);
    case 'message':
    default:
      return undefined;
  }
}

function withTask(
  stored: TaskSnapshot | undefined,
  event: Task,
  userMessages: readonly Message[],
): TaskSnapshot {
  const mine = snapshotOf(event, stored);
  const history = mine.history.length > 0 ? mine.history : (stored?.history ?? mine.history);
  return {
    ...mine,
    status: leavesTerminalState(stored?.status, mine.status) ? stored?.status : mine.status,
    metadata: withMetadata(stored?.metadata, mine.metadata),
    history: userMessages.reduce(withFirst, history),
    artifacts: stored === undefined ? mine.artifacts : overlaid(stored.artifacts, mine.artifacts),
  };
}

function withFirst(history: ItemList<Message>, message: Message): ItemList<Message> {
  if (hasMessage(history, message)) return history;
  return ItemList.of([copyMessage(message, true), ...history.toArray()]);
}

/** Each stored artifact, or the one with its id that is given; then those that are new. */
function overlaid(
  stored: readonly ArtifactSnapshot[],
  given: readonly ArtifactSnapshot[],
): readonly ArtifactSnapshot[] {
  if (given.length === 0) return stored;
  const byId = new Map(given.map((artifact) => [artifact.header.artifactId, artifact]));
  const ids = new Set(stored.map(({ header }) => header.artifactId));
  return [
    ...stored.map((artifact) => byId.get(artifact.header.artifactId) ?? artifact),
    ...given.filter(({ header }) => !ids.has(header.artifactId)),
  ];
}

function withStatus(task: TaskSnapshot, event: TaskStatusUpdateEvent): EventChange | undefined {
  const { status, metadata } = event;
  if (isTerminal(task.status) && status?.state !== task.status?.state) return undefined;
  const copy = status && copyStatus(status, true);
  const said = copy?.message;
  return {
    task: {
      ...task,
      status: copy,
      metadata: withMetadata(task.metadata, copyJsonObject(metadata, 'event.metadata', true)),
      history:
        said === undefined || hasMessage(task.history, said)
          ? task.history
          : task.history.append([said]),
    },
    kind: { kind: 'status' },
  };
}

function withArtifact(task: TaskSnapshot, event: TaskArtifactUpdateEvent): EventChange | undefined {
  const { artifact, append } = event;
  if (artifact === undefined) return undefined;
  const found = task.artifacts.findIndex(({ header }) => header.artifactId === artifact.artifactId);
  const before = task.artifacts[found];
  const appends = before !== undefined && append;
  const changed = appends ? withParts(before, artifact) : artifactOf(artifact);
  const index = found === -1 ? task.artifacts.length : found;
  const metadata = copyJsonObject(event.metadata, 'event.metadata', true);
  return {
    task: {
      ...task,
      metadata: withMetadata(task.metadata, metadata),
      artifacts: found === -1 ? [...task.artifacts, changed] : task.artifacts.with(index, changed),
    },
    kind: { kind: 'artifact', index, isWhole: !appends, appends: append },
  };
}

function artifactOf(artifact: Artifact): ArtifactSnapshot {
  return { header: copyHeader(artifact, true), parts: ItemList.of(partsOf(artifact)) };
}

/** An artifact with the parts of another at its end, and what else that says. */
function withParts({ header, parts }: ArtifactSnapshot, more: Artifact): ArtifactSnapshot {
  const { name, description, metadata } = copyHeader(more, true);
  const saysMore = name !== '' || description !== '' || metadata !== undefined;
  return {
    header: saysMore
      ? Object.freeze({
          ...header,
          name: name === '' ? header.name : name,
          description: description === '' ? header.description : description,
          metadata: withMetadata(header.metadata, metadata),
        })
      : header,
    parts: parts.append(partsOf(more)),
  };
}

function partsOf({ parts }: Artifact): Artifact['parts'] {
  return requireList('artifact.parts', parts).map((part) => copyPart(part, true));
}

function withMetadata(
  metadata: JsonObject | undefined,
  more: JsonObject | undefined,
): JsonObject | undefined {
  if (more === undefined) return metadata;
  return metadata === undefined ? more : Object.freeze({ ...metadata, ...more });
}

function hasMessage(history: ItemList<Message>, { messageId }: Message): boolean {
  return history.some((each) => each.messageId === messageId);
}
