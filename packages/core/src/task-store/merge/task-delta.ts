import type { Message, Part, TaskStatus } from '@a2a-js/sdk';

import { TaskEvents } from '../../event-ids/task-events.ts';
import {
  type ArtifactHeader,
  equalHeader,
  equalMessage,
  equalPart,
  equalStatus,
} from '../model/a2a-values.ts';
import type { ItemList } from '../model/item-list.ts';
import { equalJson, type JsonObject } from '../model/json-value.ts';
import type { ArtifactSnapshot, TaskSnapshot } from '../model/task-snapshot.ts';

/**
 * What turns one snapshot of a task into another. A field that is `undefined` did not change; `null`
 * stands for a value that is now absent.
 */
export interface TaskDelta {
  readonly contextId: string | undefined;
  readonly status: TaskStatus | null | undefined;
  readonly metadata: JsonObject | null | undefined;
  readonly history: ListDelta<Message> | undefined;
  /** Changed and new artifacts, by ascending index. */
  readonly artifacts: readonly ArtifactDelta[];
  /** How many artifacts there were, and are. */
  readonly artifactCount: { readonly before: number; readonly after: number };
  /** The artifacts at the end that are gone, with the number of parts that each had. */
  readonly removedArtifacts: readonly { readonly index: number; readonly partCount: number }[];
  /**
   * Publishers of events with an id, and which of their events the task holds now: a text, read
   * again by `TaskEvents.withStored`; `null` for none.
   */
  readonly events: readonly (readonly [publisher: string, text: string | null])[] | undefined;
}

/** What changes a list: items from an index on are replaced. */
export interface ListDelta<T> {
  /** How many leading items stay. */
  readonly keep: number;
  /** What follows them. */
  readonly items: readonly T[];
  /** The length before. */
  readonly before: number;
  /** The length after: `keep + items.length`. */
  readonly after: number;
}

/** What changes the artifact at an index. */
export interface ArtifactDelta {
  readonly index: number;
  readonly header: ArtifactHeader | undefined;
  readonly parts: ListDelta<Part> | undefined;
}

/** The delta from one snapshot to another; from nothing, all that the snapshot holds. */
export function diffTasks(from: TaskSnapshot | undefined, to: TaskSnapshot): TaskDelta {
  const history = diffLists(from?.history, to.history, equalMessage);
  const events = (to.events ?? TaskEvents.NONE).changesFrom(from?.events ?? TaskEvents.NONE);
  return {
    contextId: from?.contextId === to.contextId ? undefined : to.contextId,
    status: equalStatus(from?.status, to.status) ? undefined : (to.status ?? null),
    metadata: equalJson(from?.metadata, to.metadata) ? undefined : (to.metadata ?? null),
    history,
    artifacts: to.artifacts.flatMap((artifact, index) => {
      const delta = diffArtifacts(from?.artifacts[index], artifact, index);
      return delta === undefined ? [] : [delta];
    }),
    artifactCount: { before: from?.artifacts.length ?? 0, after: to.artifacts.length },
    removedArtifacts: (from?.artifacts ?? [])
      .slice(to.artifacts.length)
      .map(({ parts }, at) => ({ index: to.artifacts.length + at, partCount: parts.length })),
    events: events.length > 0 ? events : undefined,
  };
}

function diffArtifacts(
  from: ArtifactSnapshot | undefined,
  to: ArtifactSnapshot,
  index: number,
): ArtifactDelta | undefined {
  if (from === to) return undefined;
  const parts = diffLists(from?.parts, to.parts, equalPart);
  const headerChanged = from === undefined || !equalHeader(from.header, to.header);
  if (!headerChanged && parts === undefined) return undefined;
  return { index, header: headerChanged ? to.header : undefined, parts };
}

function diffLists<T>(
  from: ItemList<T> | undefined,
  to: ItemList<T>,
  equal: (a: T, b: T) => boolean,
): ListDelta<T> | undefined {
  const before = from?.length ?? 0;
  const keep = from?.commonPrefix(to, equal) ?? 0;
  if (keep === before && keep === to.length) return undefined;
  return { keep, items: to.from(keep), before, after: to.length };
}
