import type { Part } from '@a2a-js/sdk';

import type { LaterEvents } from '../../event-ids/task-events.ts';
import type { LateArtifactPlace } from '../../event-ids/late-event-place.ts';
import { equalPart } from '../model/a2a-values.ts';
import { changedFields, withFields } from './changed-fields.ts';
import { ItemList } from '../model/item-list.ts';
import type { SavedEvent } from './saved-event.ts';
import {
  type ArtifactSnapshot,
  equalArtifact,
  findArtifact,
  type TaskSnapshot,
} from '../model/task-snapshot.ts';

/** What an event did to one artifact, in the eyes of who saves it. */
export interface ArtifactChange {
  readonly id: string;
  readonly base: ArtifactSnapshot | undefined;
  readonly mine: ArtifactSnapshot;
  /** Whether nothing stays of what the artifact was. */
  readonly replaces: boolean;
  /** The event's own parts. */
  readonly added: ItemList<Part>;
}

/** Where parts were put into a list: `added` of them, in place of those from `from` to `to`. */
export interface PartsEdit {
  readonly from: number;
  readonly to: number;
  readonly added: number;
}

/** Where a change goes. */
export interface ArtifactPlan {
  readonly stored: ArtifactSnapshot | undefined;
  /** Absent where the artifact is not stored, or the change comes to nothing. */
  readonly edit: PartsEdit | undefined;
  /** What is to be known of the change when an earlier event comes. */
  readonly note: LateArtifactPlace;
}

/** What an event did to the artifacts of a task. */
export function artifactChanges(
  base: TaskSnapshot,
  mine: TaskSnapshot,
  event: SavedEvent,
): ArtifactChange[] {
  if (event.kind === 'status') return [];
  if (event.kind === 'artifact') {
    const artifact = mine.artifacts[event.index];
    return artifact === undefined ? [] : [changeOf(base, artifact, event)];
  }
  return mine.artifacts
    .filter((artifact, index) => artifact !== base.artifacts[index])
    .map((artifact) => changeOf(base, artifact, { isWhole: true, appends: false }))
    .filter(
      ({ base: before, mine: after }) => before === undefined || !equalArtifact(before, after),
    );
}

function changeOf(
  base: TaskSnapshot,
  mine: ArtifactSnapshot,
  { isWhole, appends }: { readonly isWhole: boolean; readonly appends: boolean },
): ArtifactChange {
  const id = mine.header.artifactId;
  const before = findArtifact(base.artifacts, id);
  const kept = before === undefined ? 0 : before.parts.commonPrefix(mine.parts, equalPart);
  const grew = kept === (before?.parts.length ?? 0);
  const replaces = !appends || !grew || (isWhole && before !== undefined);
  const added = replaces ? mine.parts : ItemList.of(mine.parts.from(kept));
  return { id, base: before, mine, replaces, added };
}

/**
 * Finds the place of a change among the artifacts that are stored.
 *
 * @param later What later events of the publisher did that are stored already: the change goes
 *   before it.
 */
export function planArtifactChange(
  artifacts: readonly ArtifactSnapshot[],
  { id, mine, base, replaces, added }: ArtifactChange,
  later: LaterEvents | undefined,
): ArtifactPlan {
  const stored = findArtifact(artifacts, id);
  const noted = later?.artifacts.get(id);
  const note = {
    isReplaced: replaces,
    isCreated: stored === undefined || noted?.isCreated === true,
    fields: replaces ? [] : changedFields(base?.header, mine.header),
  };
  if (stored === undefined) return { stored, edit: undefined, note: { ...note, at: 0 } };
  if (noted?.isReplaced) return { stored, edit: undefined, note };
  const to = noted?.at ?? stored.parts.length;
  const from = replaces ? 0 : to;
  const at = added.length === 0 ? undefined : from;
  return { stored, edit: { from, to, added: added.length }, note: { ...note, at } };
}

/**
 * Makes a change in the artifacts that are stored.
 *
 * @param isLater Whether an artifact comes after this one, where the event is what makes it.
 */
export function applyArtifactChange(
  artifacts: readonly ArtifactSnapshot[],
  { id, mine, replaces, added }: ArtifactChange,
  { stored, edit, note }: ArtifactPlan,
  later: LaterEvents | undefined,
  isLater: (id: string) => boolean,
): readonly ArtifactSnapshot[] {
  const placed = (artifact: ArtifactSnapshot): readonly ArtifactSnapshot[] =>
    place(artifacts, stored, artifact, note.isCreated ? isLater : () => false);
  if (stored === undefined) return placed(mine);
  if (edit === undefined) return placed(stored);
  const overruled = later?.artifacts.get(id)?.fields ?? [];
  const fields = note.fields.filter((name) => !overruled.includes(name));
  const header = replaces
    ? withFields(mine.header, stored.header, overruled)
    : withFields(stored.header, mine.header, fields);
  return placed({ header, parts: edited(stored.parts, edit, added) });
}

/** Where an item stands after an edit; `undefined` where it is gone. */
export function movedBy({ from, to, added }: PartsEdit, at: number): number | undefined {
  if (at < from) return at;
  return at < to ? undefined : at + added - (to - from);
}

function edited(
  parts: ItemList<Part>,
  { from, to }: PartsEdit,
  added: ItemList<Part>,
): ItemList<Part> {
  if (from === parts.length) return parts.append(added.toArray());
  if (from === 0 && to === parts.length) return added;
  return ItemList.of([...parts.toArray().slice(0, from), ...added.toArray(), ...parts.from(to)]);
}

/** Puts an artifact where it stood; one that is new among later ones of its publisher, before those. */
function place(
  artifacts: readonly ArtifactSnapshot[],
  stored: ArtifactSnapshot | undefined,
  artifact: ArtifactSnapshot,
  isLater: (id: string) => boolean,
): readonly ArtifactSnapshot[] {
  const first = artifacts.findIndex(({ header }) => isLater(header.artifactId));
  if (first === -1) {
    return stored === undefined
      ? [...artifacts, artifact]
      : artifacts.map((each) => (each === stored ? artifact : each));
  }
  const others = artifacts.filter((each) => each !== stored);
  return [...others.slice(0, first), artifact, ...others.slice(first)];
}
