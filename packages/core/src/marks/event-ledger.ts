import { AppliedEvents } from './applied-events.ts';
import type { EventMark } from './event-mark.ts';
import {
  type ArtifactNote,
  decodeNotes,
  encodeNotes,
  type EventNote,
  noteSize,
  uniteNotes,
} from './event-note.ts';

/** How much of what is applied out of order is noted for one publisher; see {@link noteSize}. */
const MOST_NOTED = 256;

/** What all later events of a publisher did that were applied before an earlier one. */
export interface LaterEvents extends EventNote {
  /** Whether it is all that they did: notes are limited. */
  readonly isComplete: boolean;
}

/** How the notes follow a change of the task. */
export interface NoteRevision {
  /** Where a message stands now; `undefined` where it is gone. */
  readonly message: (at: number) => number | undefined;
  readonly artifact: (publisher: string, id: string, note: ArtifactNote) => ArtifactNote;
}

/**
 * The events that a task holds, and what must be known to put one in its place that comes after
 * later ones of its publisher: a listener that joined late may save those first.
 *
 * Frozen. In the ordinary case there is nothing to be noted, and the ledger is the ranges.
 */
export class EventLedger {
  /** The ledger of a task that holds no event with a mark. */
  static readonly NONE: EventLedger = new EventLedger(AppliedEvents.NONE, new Map());

  /** The events. */
  readonly applied: AppliedEvents;
  /** By publisher, ascending: a note for every run of events but one that begins with the first. */
  readonly #notes: ReadonlyMap<string, readonly EventNote[]>;

  private constructor(applied: AppliedEvents, notes: ReadonlyMap<string, readonly EventNote[]>) {
    this.applied = applied;
    this.#notes = notes;
  }

  /**
   * This ledger and the events of one publisher more.
   *
   * @param text What {@link changesFrom} gave.
   * @returns `undefined` where the text is something else.
   */
  withStored(publisher: string, text: string): EventLedger | undefined {
    const [ranges = '', ...rest] = text.split(' ');
    const added = ranges.includes(';') ? undefined : AppliedEvents.parse(`${publisher}:${ranges}`);
    const notes = rest.length === 0 ? [] : decodeNotes(rest.join(' '));
    if (added === undefined || notes === undefined) return undefined;
    return new EventLedger(this.applied.union(added), withEntry(this.#notes, publisher, notes));
  }

  /** Whether anything is noted. */
  get hasNotes(): boolean {
    return this.#notes.size > 0;
  }

  /** Whether the task holds an event. */
  has(mark: EventMark): boolean {
    return this.applied.has(mark);
  }

  /** What later events of the same publisher did; `undefined` where none of them is applied. */
  after({ publisher, counter }: EventMark): LaterEvents | undefined {
    const runs = this.applied.ranges(publisher).filter(({ first }) => first > counter);
    if (runs.length === 0) return undefined;
    const notes = (this.#notes.get(publisher) ?? []).filter(({ first }) => first > counter);
    const none: EventNote = { first: counter + 1, fields: [], artifacts: new Map() };
    const isComplete = notes.length === runs.length;
    return { ...notes.reduce(uniteNotes, none), isComplete };
  }

  /**
   * This ledger and one event more.
   *
   * @param noteOf What the event did. Called where an earlier event of its publisher is missing.
   */
  with(mark: EventMark, noteOf: () => Omit<EventNote, 'first'>): EventLedger {
    const { publisher, counter } = mark;
    const applied = this.applied.with(mark);
    const run = applied
      .ranges(publisher)
      .find(({ first, last }) => first <= counter && counter <= last);
    const noted = this.#notes.get(publisher);
    const first = run?.first ?? counter;
    if (first === 1 && noted === undefined) return new EventLedger(applied, this.#notes);

    const isInRun = (at: { readonly first: number }): boolean =>
      first <= at.first && at.first <= (run?.last ?? counter);
    const outside = (noted ?? []).filter((note) => !isInRun(note));
    if (first === 1) return new EventLedger(applied, withEntry(this.#notes, publisher, outside));
    const inside = (noted ?? []).filter(isInRun);
    // Where a note was given up, one of the rest would pass for all that the run did.
    const isKnown = this.applied.ranges(publisher).filter(isInRun).length === inside.length;
    const united = isKnown ? [[...inside, { ...noteOf(), first }].reduce(uniteNotes)] : [];
    const notes = [...outside, ...united].toSorted((a, b) => a.first - b.first);
    return new EventLedger(applied, withEntry(this.#notes, publisher, newest(notes)));
  }

  /** The ledger after a change of the task that moved what the notes point at. */
  revised({ message, artifact }: NoteRevision): EventLedger {
    if (!this.hasNotes) return this;
    const notes = new Map<string, readonly EventNote[]>();
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
    return new EventLedger(this.applied, notes);
  }

  /** What differs from another ledger: publishers, with the text of their events or `null` for none. */
  changesFrom(from: EventLedger): (readonly [publisher: string, text: string | null])[] {
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
    return notes === undefined ? ranges : `${ranges} ${encodeNotes(notes)}`;
  }
}

function withEntry(
  map: ReadonlyMap<string, readonly EventNote[]>,
  publisher: string,
  notes: readonly EventNote[],
): ReadonlyMap<string, readonly EventNote[]> {
  const copy = new Map(map);
  if (notes.length === 0) copy.delete(publisher);
  else copy.set(publisher, notes);
  return copy;
}

/** The newest notes for which there is room. */
function newest(notes: readonly EventNote[]): readonly EventNote[] {
  let room = MOST_NOTED;
  const oldest = notes.findLastIndex((note) => {
    room -= noteSize(note);
    return room < 0;
  });
  return oldest === -1 ? notes : notes.slice(oldest + 1);
}
