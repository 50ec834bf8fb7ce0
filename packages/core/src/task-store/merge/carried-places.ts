import type { TaskEvents, PlaceRevision } from '../../event-ids/task-events.ts';
import { equalMessage, equalPart } from '../model/a2a-values.ts';
import type { ItemList } from '../model/item-list.ts';
import { findArtifact, type TaskSnapshot } from '../model/task-snapshot.ts';

/** The events of a task that is changed by something else than an event with an id. */
export function carriedEvents(from: TaskSnapshot, to: TaskSnapshot): TaskEvents | undefined {
  return from.events?.revised(carriedPlaces(from, to));
}

/** How the notes of a task follow a change of which only the result is known. */
export function carriedPlaces(from: TaskSnapshot, to: TaskSnapshot): PlaceRevision {
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
