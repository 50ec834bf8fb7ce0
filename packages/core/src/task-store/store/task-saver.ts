import type { Task } from '@a2a-js/sdk';

import { A2ARedisError } from '../../shared/errors.ts';
import { type EventId, eventIdText } from '../../event-ids/event-id.ts';
import type {
  EventFate,
  EventWrite,
  EventWriteOutcome,
} from '../../event-ids/event-writing-store.ts';
import { abbreviate } from '../../redis/script-runner.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { carriesChange } from '../merge/carried-change.ts';
import type { PublishedEvents } from './published-events.ts';
import { type SavedEvent, savedEventOf } from '../merge/saved-event.ts';
import { SerialQueue } from './serial-queue.ts';
import type { LastKnown, SnapshotCache, VersionedSnapshot } from '../records/snapshot-cache.ts';
import { snapshotOf, taskOf, type TaskSnapshot } from '../model/task-snapshot.ts';
import type { TaskStep } from '../model/task-steps.ts';
import type { CompanionWrite, TaskWrite, TaskWriter, TaskWritten } from './task-writer.ts';
import type { UnknownWrite, UnknownWrites } from '../records/unknown-writes.ts';
import { withEvents } from '../merge/with-events.ts';
import { NO_VERSION } from './write-attempt.ts';

/** What an object that was handed out held then, or when it was last saved. */
interface ObjectBase {
  readonly key: string;
  readonly isPartial: boolean;
  version: string;
  snapshot: TaskSnapshot;
  /** Writes from there that got no reply. */
  tried: readonly UnknownWrite[];
}

/** How many writes without a reply are remembered of an object, while one after another gets none. */
const MOST_TRIED = 16;

/** Where a task is stored, and until when a write of it may begin, on the clock of the runtime. */
interface Place extends Pick<TaskWrite, 'scope' | 'key'> {
  readonly deadlineAt: number;
}
/** What a save wants to store, and where. */
type Change = Place & Pick<TaskWrite, 'mine' | 'event'>;

/** What a saver works with. */
export interface SaverParts {
  readonly runtime: Runtime;
  readonly writer: TaskWriter;
  readonly cache: SnapshotCache;
  readonly unknown: UnknownWrites;
  readonly published: PublishedEvents;
}

/**
 * Finds out what a task that is saved was changed from, and writes one change of a task at a time.
 */
export class TaskSaver {
  readonly #writer: TaskWriter;
  readonly #cache: SnapshotCache;
  readonly #unknown: UnknownWrites;
  readonly #published: PublishedEvents;
  readonly #serial: SerialQueue;
  readonly #bases = new WeakMap<Task, ObjectBase>();
  /** The ids of events that an object was saved with: it keeps them. */
  readonly #savedEventIds = new WeakMap<Task, Set<string>>();
  /** Saves that have not ended, of objects that do not tell where they came from. */
  readonly #saving = new Map<string, Promise<LastKnown>>();

  constructor({ runtime, writer, cache, unknown, published }: SaverParts) {
    this.#published = published;
    this.#serial = new SerialQueue(runtime);
    this.#writer = writer;
    this.#cache = cache;
    this.#unknown = unknown;
  }

  /**
   * Makes a task of a record for a caller, and remembers what it came from.
   *
   * @param isPartial Whether the snapshot lacks the artifacts of the record.
   */
  handOut(key: string, { version, snapshot }: VersionedSnapshot, isPartial = false): Task {
    const task = taskOf(snapshot);
    this.#bases.set(task, { key, version, snapshot, tried: [], isPartial });
    return task;
  }

  /** Runs work on a record while no write to it is under way. */
  async alone<T>({ key, deadlineAt }: Place, work: () => Promise<T>): Promise<T> {
    return this.#serial.run(key, deadlineAt, work);
  }

  /**
   * Saves a task; see `save` of `BaseTaskStore`.
   *
   * @returns The event that it brings, where it bears an event id.
   */
  async save(task: Task, place: Place): Promise<EventId | undefined> {
    const { key, deadlineAt } = place;
    const base = this.#bases.get(task);
    const loaded = base?.key === key ? base : undefined;
    const known = loaded === undefined ? this.#cache.lastKnown(key) : undefined;
    // All that the caller may change meanwhile is read before the first pause.
    const mine = snapshotOf(task, (loaded ?? known)?.snapshot);
    const event = this.#newEvent(task);
    const change = { ...place, mine, event };
    if (event !== undefined && (await this.#isWritten(task, change, event))) {
      this.#noteSaved(task, event);
      return event.eventId;
    }
    await (loaded === undefined
      ? this.#saveOther(change, known)
      : this.#serial.run(key, deadlineAt, () => this.#saveLoaded(loaded, change)));
    if (event !== undefined) this.#noteSaved(task, event);
    return event?.eventId;
  }

  #noteSaved(task: Task, { eventId }: SavedEvent): void {
    const saved = this.#savedEventIds.get(task) ?? new Set();
    this.#savedEventIds.set(task, saved.add(eventIdText(eventId)));
  }

  /**
   * Waits where a publisher of this process writes the event, and brings the task to what is stored then.
   * Whether there is nothing left to be written: also where this process knows that the event is stored.
   */
  async #isWritten(task: Task, { key, mine }: Change, { eventId }: SavedEvent): Promise<boolean> {
    const fate = await this.#published.fate(key, eventId);
    if (fate !== undefined && fate !== 'written') {
      const { counter } = eventId;
      throw notStored(task.id, { counter, fate }, this.#published.causeOf(key, eventId));
    }
    const stored = this.#cache.latest(key);
    if (stored?.snapshot.events?.has(eventId) !== true) return false;
    // Each request adds its own message.
    if (hasMoreMessages(mine, stored.snapshot)) {
      this.#cache.steps(key)?.addMessages(eventId, mine.history);
      return false;
    }
    this.#bring(task, key, this.#after(eventId, key) ?? stored);
    return true;
  }

  /** A task as an event left it. */
  #after(eventId: EventId, key: string): VersionedSnapshot | undefined {
    const snapshot = this.#cache.steps(key)?.after(eventId);
    // Which version it had is not known: others may have written it together with later events.
    return snapshot && { version: NO_VERSION, snapshot };
  }

  /** Brings a caller's object to what is stored. */
  #bring(task: Task, key: string, { version, snapshot }: VersionedSnapshot): void {
    Object.assign(task, taskOf(snapshot));
    this.#bases.set(task, { key, version, snapshot, tried: [], isPartial: false });
    this.#cache.setSaved(key, { version, snapshot });
  }

  #newEvent(task: Task): SavedEvent | undefined {
    const saved = this.#savedEventIds.get(task);
    return savedEventOf(task, (eventId) => saved?.has(eventIdText(eventId)) === true);
  }

  /** Writes events together with what sends them; see {@link TaskWriter.writeWith}. */
  async writeEvents(
    { scope, key, deadlineAt }: Place,
    taskId: string,
    { events, userMessages, known, knownMessages, companion, onStored }: EventWrite,
  ): Promise<EventWriteOutcome> {
    // A large task need not be read again for each chunk.
    const tellsAll = events.some(({ event }) => event.kind === 'task');
    const given = tellsAll ? known.map((task) => task && snapshotOf(task)) : [];
    const publishing = { userMessages, known: given, knownMessages };
    let before: TaskSnapshot | undefined;
    let steps: readonly TaskStep[] = [];
    const change: CompanionWrite['change'] = (stored) => {
      before = stored;
      steps = withEvents(stored, events, publishing);
      return steps.at(-1)?.task;
    };
    return this.#serial.run(key, deadlineAt, async () => {
      const writeId = this.#writer.nextWriteId();
      const run = events[0]?.eventId.publisher;
      const write = { scope, key, taskId, run, writeId, change, companion };
      const written = await this.#writer.writeWith(write);
      if (written.outcome === 'written' && run !== undefined) {
        this.#cache.steps(key)?.add(run, before, steps);
        const stored = steps;
        onStored((counter) => {
          const step = stored.find((each) => each.counter === counter);
          return step?.task && taskOf(step.task);
        });
      }
      return written;
    });
  }

  /** Writes a change of exactly this version; `undefined` when another writer was first. */
  async replace(change: Change, base: VersionedSnapshot): Promise<TaskWritten | undefined> {
    return this.#serial.run(change.key, change.deadlineAt, async () => {
      const written = await this.#writer.write({
        ...change,
        writeId: this.#writer.nextWriteId(),
        base: { ...base, loaded: false, tried: [] },
        onConflict: 'stop',
      });
      if (written !== undefined) this.#cache.setSaved(change.key, written);
      return written;
    });
  }

  /** Saves the very object that was loaded: it changed from what it held then, or when last saved. */
  async #saveLoaded(base: ObjectBase, change: Change): Promise<void> {
    const written = await this.#merge({ ...change, base: { ...base, loaded: true } }, (write) => {
      base.tried = withTried(base.tried, write);
    });
    if (written.merged) {
      // The object lacks what others wrote: the next change is one of what it holds.
      if (written.isRepeated === true) base.version = NO_VERSION;
      base.snapshot = change.mine;
    } else {
      base.version = written.version;
      base.snapshot = written.snapshot;
    }
    base.tried = [];
    const { version, snapshot, isPartial } = base;
    if (!isPartial) this.#cache.setSaved(change.key, { version, snapshot });
  }

  /** Saves another object: after what was saved before it, and as a change of that. */
  async #saveOther(change: Change, known: LastKnown | undefined): Promise<void> {
    const { key, deadlineAt, mine } = change;
    const earlier = this.#saving.get(key);
    const origin = originOf(mine, known, this.#cache.saved(key));
    const saving = this.#serial.run(key, deadlineAt, () => this.#saveFrom(change, origin, earlier));
    this.#saving.set(key, saving);
    try {
      await saving;
    } finally {
      if (this.#saving.get(key) === saving) this.#saving.delete(key);
    }
  }

  /** Saves an object of which {@link originOf} tells what it came from. */
  async #saveFrom(
    change: Change,
    origin: LastKnown | undefined,
    earlier: Promise<LastKnown> | undefined,
  ): Promise<LastKnown> {
    // A failed save has told its own caller.
    const base = (await earlier?.catch(() => this.#cache.lastKnown(change.key))) ?? origin;
    const { version, snapshot } = await this.#merge({ ...change, base }, (write) => {
      if (base)
        this.#cache.setLastKnown(change.key, { ...base, tried: withTried(base.tried, write) });
    });
    const lastKnown = { version, snapshot, loaded: false, tried: [] };
    this.#cache.setLastKnown(change.key, lastKnown);
    return lastKnown;
  }

  /** @param onNoReply Called when the outcome is unknown, before the error is thrown. */
  async #merge(
    write: Change & Pick<TaskWrite, 'base'>,
    onNoReply: (write: UnknownWrite) => void,
  ): Promise<TaskWritten> {
    const writeId = this.#writer.nextWriteId();
    try {
      const written = await this.#writer.write({ ...write, writeId, onConflict: 'merge' });
      if (written === undefined) throw new TypeError('A merging write does not stop.');
      return written;
    } catch (error) {
      if (error instanceof A2ARedisError && error.code === 'DEADLINE_EXCEEDED') {
        onNoReply(this.#unknown.add(write.key, writeId, write.mine));
      }
      throw error;
    }
  }
}

function withTried(tried: readonly UnknownWrite[], write: UnknownWrite): readonly UnknownWrite[] {
  return [...tried, write].slice(-MOST_TRIED);
}

/**
 * What an object that does not tell was changed from: a copy of what was saved since the last load, if it
 * holds that change; otherwise what was last loaded. The SDK appends the message of a follow-up between
 * another request's load and save: who does not have that message did not remove it.
 */
function originOf(
  mine: TaskSnapshot,
  known: LastKnown | undefined,
  saved: VersionedSnapshot | undefined,
): LastKnown | undefined {
  if (saved === undefined) return known;
  const isCopy =
    known === undefined ||
    (known.snapshot !== undefined && carriesChange(mine, known.snapshot, saved.snapshot));
  return isCopy ? { ...saved, loaded: true, tried: [] } : known;
}

/** Whether a task has a message that the stored one lacks. */
function hasMoreMessages(task: TaskSnapshot, stored: TaskSnapshot): boolean {
  const { length } = task.history;
  if (stored.history.commonPrefix(task.history, Object.is) === length) return false;
  const known = new Set(stored.history.toArray().map(({ messageId }) => messageId));
  return task.history.some(({ messageId }) => !known.has(messageId));
}

/**
 * What is not stored, a client must not be told.
 *
 * @param cause Why it was lost. That the server will not do is told as it is: no other event would fare better.
 */
export function notStored(
  taskId: string,
  { counter, fate }: { readonly counter: number; readonly fate: Exclude<EventFate, 'written'> },
  cause: unknown,
): A2ARedisError {
  if (cause instanceof A2ARedisError && cause.code === 'SERVER_UNSUPPORTED') return cause;
  const what = `Event ${counter} of task ${abbreviate(taskId)} is not stored`;
  return fate === 'lost'
    ? new A2ARedisError(
        'EVENTS_LOST',
        `${what}: Redis did not accept it in time.`,
        cause === undefined ? undefined : { cause },
      )
    : new A2ARedisError('RUN_ENDED', `${what}: its execution, or its task, had been ended before.`);
}
