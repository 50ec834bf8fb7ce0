import type { EventLedger, NoteRevision } from '../marks/event-ledger.ts';
import { equalMessage, equalPart } from './a2a-values.ts';
import type { ItemList } from './item-list.ts';
import { findArtifact, type TaskSnapshot } from './task-snapshot.ts';

/** The ledger of a task that is changed by something else than an event with a mark. */
export function carriedEvents(from: TaskSnapshot, to: TaskSnapshot): EventLedger | undefined {
  return from.events?.revised(carriedNotes(from, to));
}

/** How the notes of a task follow a change of which only the result is known. */
export function carriedNotes(from: TaskSnapshot, to: TaskSnapshot): NoteRevision {
  return {
    message: (at) => movedIndex(from.history, to.history, at, equalMessage),
    artifact: (_publisher, id, note) => {
      const [before, after] = [findArtifact(from.artifacts, id), findArtifact(to.artifacts, id)];
      if (note.at === undefined || before === after) return note;
      const at = before && after && movedIndex(before.parts, after.parts, note.at, equalPart);
      return { ...note, at };
    },
  };
}

/** Where an item of one list stands in another that was made of it; `undefined` where that is not sure. */
function movedIndex<T>(
  from: ItemList<T>,
  to: ItemList<T>,
  at: number,
  equal: (a: T, b: T) => boolean,
): number | undefined {
  if (from.commonPrefix(to, Object.is) > at) return at;
  // All from there on must be the end of the other list, too.
  const moved = at + to.length - from.length;
  const tail = from.from(at);
  const isTail = moved >= 0 && to.from(moved).every((item, index) => isEqual(item, tail[index]));
  return isTail ? moved : undefined;

  function isEqual(item: T, other: T | undefined): boolean {
    return other !== undefined && equal(item, other);
  }
}
