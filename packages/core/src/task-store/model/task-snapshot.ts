import type { Artifact, Message, Part, Task, TaskStatus } from '@a2a-js/sdk';

import type { TaskEvents } from '../../event-ids/task-events.ts';
import {
  type ArtifactHeader,
  copyHeader,
  copyMessage,
  copyPart,
  copyStatus,
  equalHeader,
  equalMessage,
  equalPart,
  equalStatus,
  invalid,
  requireList,
} from './a2a-values.ts';
import { ItemList } from './item-list.ts';
import { copyJsonObject, equalJson, type JsonObject } from './json-value.ts';

/**
 * A task as it was at one moment. Nothing in it ever changes, so that snapshots of one task share
 * all that did not change between them.
 */
export interface TaskSnapshot {
  readonly id: string;
  readonly contextId: string;
  readonly status: TaskStatus | undefined;
  readonly metadata: JsonObject | undefined;
  readonly history: ItemList<Message>;
  readonly artifacts: readonly ArtifactSnapshot[];
  /** Which events with an id the task holds; absent where there are none, or they are not known. */
  readonly events?: TaskEvents | undefined;
}

/** A task of which nothing is there. */
export function nothingOf({ id, contextId }: TaskSnapshot): TaskSnapshot {
  const history = ItemList.of<Message>([]);
  return { id, contextId, status: undefined, metadata: undefined, history, artifacts: [] };
}

/** One artifact of a {@link TaskSnapshot}. */
export interface ArtifactSnapshot {
  readonly header: ArtifactHeader;
  readonly parts: ItemList<Part>;
}

/** The artifact with an id; the first, where a task has several. */
export function findArtifact(
  artifacts: readonly ArtifactSnapshot[],
  artifactId: string,
): ArtifactSnapshot | undefined {
  return artifacts.find(({ header }) => header.artifactId === artifactId);
}

/** Whether two artifacts say the same. */
export function equalArtifact(a: ArtifactSnapshot, b: ArtifactSnapshot): boolean {
  if (a === b) return true;
  return (
    equalHeader(a.header, b.header) &&
    a.parts.length === b.parts.length &&
    a.parts.commonPrefix(b.parts, equalPart) === a.parts.length
  );
}

/**
 * Up to this many items, a list is handed out as copies that the caller may change. In a longer one
 * the items are the frozen ones of the snapshot: copying 20,000 parts for every chunk of a stream
 * would cost more than everything else together. The list itself is always the caller's own.
 */
export const LONGEST_COPIED_LIST = 512;

/**
 * Takes a snapshot of a task, without the ids of events that it may bear and without its
 * {@link TaskSnapshot.events}.
 *
 * @param like A snapshot to share unchanged parts with: the one that the task came from.
 * @throws {A2ARedisError} `INVALID_ARGUMENT` when the task holds what cannot be stored.
 */
export function snapshotOf(task: Task, like?: TaskSnapshot): TaskSnapshot {
  const status = task.status ?? undefined;
  const metadata = task.metadata ?? undefined;
  return {
    id: task.id,
    contextId: requireText('task.contextId', task.contextId ?? ''),
    status: equalStatus(status, like?.status) ? like?.status : status && copyStatus(status, true),
    metadata: equalJson(metadata, like?.metadata)
      ? like?.metadata
      : copyJsonObject(metadata, 'task.metadata', true),
    history: listOf(
      requireList('task.history', task.history),
      like?.history,
      equalMessage,
      copyMessage,
    ),
    artifacts: requireList('task.artifacts', task.artifacts).map((artifact, index) =>
      artifactOf(artifact, like?.artifacts[index]),
    ),
  };
}

function artifactOf(artifact: Artifact, like: ArtifactSnapshot | undefined): ArtifactSnapshot {
  const header =
    like && equalHeader(artifact, like.header) ? like.header : copyHeader(artifact, true);
  const parts = listOf(
    requireList('artifact.parts', artifact.parts),
    like?.parts,
    equalPart,
    copyPart,
  );
  const unchanged = header === like?.header && parts === like.parts;
  return unchanged ? like : { header, parts };
}

function listOf<T>(
  items: readonly T[],
  like: ItemList<T> | undefined,
  equal: (a: T, b: T) => boolean,
  copy: (item: T, freeze: boolean) => T,
): ItemList<T> {
  const kept = like?.prefixIn(items, equal) ?? 0;
  if (kept === like?.length) {
    return like.append(items.slice(kept).map((item) => copy(item, true)));
  }
  return ItemList.of(
    items.map((item, index) => (index < kept ? (like?.at(index) ?? item) : copy(item, true))),
  );
}

function requireText(name: string, value: unknown): string {
  if (typeof value === 'string' && value.isWellFormed()) return value;
  throw invalid(name, 'a string of well-formed Unicode');
}

/** Makes a task of a snapshot, for a caller to keep and change; see {@link LONGEST_COPIED_LIST}. */
export function taskOf(snapshot: TaskSnapshot): Task {
  return {
    id: snapshot.id,
    contextId: snapshot.contextId,
    status: snapshot.status && copyStatus(snapshot.status, false),
    artifacts: snapshot.artifacts.map(({ header, parts }) => ({
      ...copyHeader(header, false),
      parts: itemsOf(parts, copyPart),
    })),
    history: itemsOf(snapshot.history, copyMessage),
    metadata: copyJsonObject(snapshot.metadata, 'task.metadata', false),
  };
}

function itemsOf<T>(list: ItemList<T>, copy: (item: T, freeze: boolean) => T): T[] {
  const items = list.toArray();
  return list.length > LONGEST_COPIED_LIST ? items : items.map((item) => copy(item, false));
}
