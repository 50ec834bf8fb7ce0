import { AppliedEvents } from './applied-events.ts';
import type { EventId } from './event-id.ts';
import {
  type LateArtifactPlace,
  decodePlaces,
  encodePlaces,
  type LateEventPlace,
  placeSize,
  unitePlaces,
} from './late-event-place.ts';

/** How much of what is applied out of order is noted for one publisher; see {@link placeSize}. */
const MOST_NOTED = 256;

/** What all later events of a publisher did that were applied before an earlier one. */
export interface LaterEvents extends LateEventPlace {
  /** Whether it is all that they did: notes are limited. */
  readonly isComplete: boolean;
}

/** How the notes follow a change of the task. */
export interface PlaceRevision {
  /** Where a message stands now; `undefined` where it is gone. */
  readonly message: (at: number) => number | undefined;
  readonly artifact: (publisher: string, id: string, note: LateArtifactPlace) => LateArtifactPlace;
}

/**
 * The events that a task holds, and what must be known to put one in its place that comes after
 * later ones of its publisher: a listener that joined late may save those first.
 *
 * Frozen. In the ordinary case there is nothing to be noted, and the task's events is the ranges.
 */
export class TaskEvents {
  /** The events of a task that holds no event with an id. */
  static readonly NONE: TaskEvents = new TaskEvents(AppliedEvents.NONE, new Map());

  /** The events. */
  readonly applied: AppliedEvents;
  /** By publisher, ascending: a note for every run of events but one that begins with the first. */
  readonly #notes: ReadonlyMap<string, readonly LateEventPlace[]>;

  private constructor(
    applied: AppliedEvents,
    notes: ReadonlyMap<string, readonly LateEventPlace[]>,
  ) {
    this.applied = applied;
    this.#notes = notes;
  }

  /**
   * These events and the events of one publisher more.
   *
   * @param text What {@link changesFrom} gave.
   * @returns `undefined` where the text is something else.
   */
  withStored(publisher: string, text: string): TaskEvents | undefined {
    const [ranges = '', ...rest] = text.split(' ');
    const added = ranges.includes(';') ? undefined : AppliedEvents.parse(`${publisher}:${ranges}`);
    const notes = rest.length === 0 ? [] : decodePlaces(rest.join(' '));
    if (added === undefined || notes === undefined) return undefined;
    return new TaskEvents(this.applied.union(added), withEntry(this.#notes, publisher, notes));
  }

  /** Whether anything is noted. */
  get hasPlaces(): boolean {
    return this.#notes.size > 0;
  }

  /** Whether the task holds an event. */
  has(eventId: EventId): boolean {
    return this.applied.has(eventId);
  }

  /** What later events of the same publisher did; `undefined` where none of them is applied. */
  after({ publisher, counter }: EventId): LaterEvents | undefined {
    const runs = this.applied.ranges(publisher).filter(({ first }) => first > counter);
    if (runs.length === 0) return undefined;
    const notes = (this.#notes.get(publisher) ?? []).filter(({ first }) => first > counter);
    const none: LateEventPlace = { first: counter + 1, fields: [], artifacts: new Map() };
    const isComplete = notes.length === runs.length;
    return { ...notes.reduce(unitePlaces, none), isComplete };
  }

  /**
   * These events and one event more.
   *
   * @param noteOf What the event did. Called where an earlier event of its publisher is missing.
   */
  with(eventId: EventId, noteOf: () => Omit<LateEventPlace, 'first'>): TaskEvents {
    const { publisher, counter } = eventId;
    const applied = this.applied.with(eventId);
    const run = applied
      .ranges(publisher)
      .find(({ first, last }) => first <= counter && counter <= last);
    const noted = this.#notes.get(publisher);
    const first = run?.first ?? counter;
    if (first === 1 && noted === undefined) return new TaskEvents(applied, this.#notes);

    const isInRun = (at: { readonly first: number }): boolean =>
      first <= at.first && at.first <= (run?.last ?? counter);
    const outside = (noted ?? []).filter((note) => !isInRun(note));
    if (first === 1) return new TaskEvents(applied, withEntry(this.#notes, publisher, outside));
    const inside = (noted ?? []).filter(isInRun);
    // Where a note was given up, one of the rest would pass for all that the run did.
    const isKnown = this.applied.ranges(publisher).filter(isInRun).length === inside.length;
    const united = isKnown ? [[...inside, { ...noteOf(), first }].reduce(unitePlaces)] : [];
    const notes = [...outside, ...united].toSorted((a, b) => a.first - b.first);
    return new TaskEvents(applied, withEntry(this.#notes, publisher, newest(notes)));
  }

  /** The task's events after a change of the task that moved what the notes point at. */
  revised({ message, artifact }: PlaceRevision): TaskEvents {
    if (!this.hasPlaces) return this;
    const notes = new Map<string, readonly LateEventPlace[]>();
    for (const [publisher, list] of this.#notes) {
      const revised = list.map((note) => ({
        first: note.first,
        messageAt: note.messageAt === undefined ? undefined : message(note.messageAt),
        fields: note.fields,
        artifacts: new Map(
          [...note.artifacts].map(([id, each]) => [id, artifact(publisher, id, each)] as const),
        ),
      }));
      notes.set(publisher, revised);
    }
    return new TaskEvents(this.applied, notes);
  }

  /** What differs from other events: publishers, with the text of their events or `null` for none. */
  changesFrom(from: TaskEvents): (readonly [publisher: string, text: string | null])[] {
    if (from === this) return [];
    const changes: (readonly [string, string | null])[] = [];
    for (const publisher of this.applied.publishers()) {
      const same =
        this.applied.ranges(publisher) === from.applied.ranges(publisher) &&
        this.#notes.get(publisher) === from.#notes.get(publisher);
      if (same) continue;
      const text = this.#textOf(publisher);
      if (text !== from.#textOf(publisher)) changes.push([publisher, text]);
    }
    for (const publisher of from.applied.publishers()) {
      if (this.applied.ranges(publisher).length === 0) changes.push([publisher, null]);
    }
    return changes;
  }

  #textOf(publisher: string): string {
    const ranges = this.applied.textOf(publisher);
    const notes = this.#notes.get(publisher);
    return notes === undefined ? ranges : `${ranges} ${encodePlaces(notes)}`;
  }
}

function withEntry(
  map: ReadonlyMap<string, readonly LateEventPlace[]>,
  publisher: string,
  notes: readonly LateEventPlace[],
): ReadonlyMap<string, readonly LateEventPlace[]> {
  const copy = new Map(map);
  if (notes.length === 0) copy.delete(publisher);
  else copy.set(publisher, notes);
  return copy;
}

/** The newest notes for which there is room. */
function newest(notes: readonly LateEventPlace[]): readonly LateEventPlace[] {
  let room = MOST_NOTED;
  const oldest = notes.findLastIndex((note) => {
    room -= placeSize(note);
    return room < 0;
  });
  return oldest === -1 ? notes : notes.slice(oldest + 1);
}
