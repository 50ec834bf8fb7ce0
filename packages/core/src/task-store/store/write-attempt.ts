import { AppliedEvents } from '../../event-ids/applied-events.ts';
import { TaskEvents } from '../../event-ids/task-events.ts';
import { applyEvent } from '../merge/apply-event.ts';
import { carriedEvents } from '../merge/carried-places.ts';
import type { SavedEvent } from '../merge/saved-event.ts';
import { type LastKnown, NO_RECORD, type VersionedSnapshot } from '../records/snapshot-cache.ts';
import { mergeTasks } from '../merge/task-merge.ts';
import { findArtifact, nothingOf, type TaskSnapshot } from '../model/task-snapshot.ts';
import { leavesTerminalState } from '../../shared/state-kinds.ts';
import { baseAfter } from '../records/unknown-writes.ts';

/** No record has this version: a write that expects it is told what is stored. */
export const NO_VERSION = '-';

/** What a write wants to store, and what it started from. */
export interface IntendedWrite {
  readonly mine: TaskSnapshot;
  /** The event that `mine` brings, where it bears an event id. */
  readonly event?: SavedEvent | undefined;
  /**
   * What `mine` started from. Absent, the write overwrites whatever is stored. With a version and no
   * snapshot, the version tells whether anybody else wrote, and then nothing is dropped.
   */
  readonly base: LastKnown | undefined;
  /** Whether a change by another writer is merged, or ends the write. */
  readonly onConflict: 'merge' | 'stop';
}

/** What an attempt to write starts from, and what it would store. */
export interface Attempt {
  /** The version that it expects to be stored; {@link NO_RECORD}, {@link NO_VERSION}, `''` for any. */
  readonly expected: string;
  readonly from: TaskSnapshot | undefined;
  readonly target: TaskSnapshot;
  /** Whether the target holds something else than what the writer wants to store. */
  readonly merged: boolean;
}

/**
 * What to try first.
 *
 * @param latest The newest version of the record that this process knows.
 */
export function firstAttempt(write: IntendedWrite, latest: VersionedSnapshot | undefined): Attempt {
  const { base, mine } = write;
  if (base === undefined) return anew(write, '');
  if (base.isPartial === true) {
    if (latest !== undefined) return mergedAttempt(write, latest);
    return { expected: NO_VERSION, from: undefined, target: mine, merged: false };
  }
  // A base that is no version of the record is behind each.
  const isCurrent = latest === undefined || Number(latest.version) <= Number(base.version);
  if (!isCurrent && write.onConflict === 'merge') return mergedAttempt(write, latest);
  const { version, snapshot } = base;
  if (snapshot !== undefined) return onto(write, { version, snapshot });
  if (version === NO_RECORD) return anew(write, version);
  const mayStay = base.loaded && base.ended === true;
  const mustAsk = mayStay || base.identified === true || write.event !== undefined;
  const expected = mustAsk ? NO_VERSION : version;
  return { expected, from: undefined, target: mine, merged: false };
}

/** What to try after another writer was first. */
export function nextAttempt(write: IntendedWrite, stored: VersionedSnapshot | undefined): Attempt {
  // It was deleted, or it expired: the write makes it anew.
  if (stored === undefined) return anew(write, NO_RECORD);
  // Nobody else wrote: what the write started from was asked for.
  return stored.version === write.base?.version && write.base.isPartial !== true
    ? onto(write, stored)
    : mergedAttempt(write, stored);
}

/** Whether an attempt would store an event again, and nothing else: there is nothing to be written. */
export function isStored({ event }: IntendedWrite, { from, target }: Attempt): boolean {
  return event !== undefined && target === from;
}

/**
 * Whether a record was taken back to what it was before a snapshot of it: a failover lost what was written since.
 * Each write gives a record a higher version.
 */
export function isTakenBack(stored: VersionedSnapshot, later: VersionedSnapshot): boolean {
  // What is no version of the record is behind each.
  const isLater = stored.version !== '' && Number(later.version) > Number(stored.version);
  if (!isLater) return false;
  // The clock of a server that took over may be behind: then others may have written there since.
  const { events = TaskEvents.NONE, status, history, artifacts } = later.snapshot;
  const applied = stored.snapshot.events?.applied ?? AppliedEvents.NONE;
  return (
    !leavesTerminalState(stored.snapshot.status, status) &&
    applied.countBeyond(events.applied) === 0 &&
    stored.snapshot.history.length <= history.length &&
    stored.snapshot.artifacts.every(({ header, parts }) => {
      const known = findArtifact(artifacts, header.artifactId);
      return known !== undefined && parts.length <= known.parts.length;
    })
  );
}

function anew({ mine, event }: IntendedWrite, expected: string): Attempt {
  const base = nothingOf(mine);
  const target = event === undefined ? mine : applyEvent({ base, mine, theirs: base, event });
  return { expected, from: undefined, target, merged: false };
}

/** The write is a change of exactly what is stored. */
function onto({ base, mine, event }: IntendedWrite, stored: VersionedSnapshot): Attempt {
  const { version: expected, snapshot: from } = stored;
  if (event !== undefined) {
    const target = applyEvent({ base: from, mine, theirs: from, event });
    return { expected, from, target, merged: !holds(target, mine) };
  }
  // A writer that knew of the terminal state is late all the same: the state stays.
  const stays = base?.loaded === true && leavesTerminalState(from.status, mine.status);
  const content = stays ? { ...mine, status: from.status } : mine;
  const target =
    from.events === undefined ? content : { ...content, events: carriedEvents(from, content) };
  return { expected, from, target, merged: stays };
}

function mergedAttempt(write: IntendedWrite, stored: VersionedSnapshot): Attempt {
  const { base, mine, event } = write;
  const started = base && baseAfter(base.snapshot, base.tried);
  const { version: expected, snapshot: from } = stored;
  // An earlier attempt that got no reply stored the event: what is new is what came after it.
  const isRepeated = started !== base?.snapshot && event && from.events?.has(event.eventId);
  // That there was nothing is known, too: then all that the writer has is new.
  const known = started ?? (base?.version === NO_RECORD ? nothingOf(mine) : undefined);
  const theirs = contentOf(stored, base);
  if (event === undefined || isRepeated) {
    return { expected, from, target: mergeTasks(known, mine, theirs), merged: true };
  }
  const target = applyEvent({ base: known, mine, theirs, event });
  return { expected, from, target, merged: true };
}

/** What others have made of a task: nothing, where a failover only took back what the write started from. */
function contentOf(stored: VersionedSnapshot, base: LastKnown | undefined): TaskSnapshot {
  if (base?.snapshot === undefined || base.isPartial === true) return stored.snapshot;
  const { version, snapshot } = base;
  return isTakenBack(stored, { version, snapshot }) ? snapshot : stored.snapshot;
}

function holds(target: TaskSnapshot, mine: TaskSnapshot): boolean {
  return (
    target.contextId === mine.contextId &&
    target.status === mine.status &&
    target.metadata === mine.metadata &&
    target.history === mine.history &&
    target.artifacts === mine.artifacts
  );
}
