import type { Task } from '@a2a-js/sdk';

import { A2ARedisError } from '../errors.ts';
import { markText } from '../marks/event-mark.ts';
import { type SavedEvent, savedEventOf } from './saved-event.ts';
import { SerialQueue } from './serial-queue.ts';
import type { LastKnown, SnapshotCache, VersionedSnapshot } from './snapshot-cache.ts';
import { snapshotOf, taskOf, type TaskSnapshot } from './task-snapshot.ts';
import type { TaskWrite, TaskWriter, TaskWritten } from './task-writer.ts';
import type { UnknownWrite, UnknownWrites } from './unknown-writes.ts';
import { NO_VERSION } from './write-attempt.ts';

/** What an object that was handed out held then, or when it was last saved. */
interface ObjectBase {
  readonly key: string;
  readonly version: string;
  readonly snapshot: TaskSnapshot;
  /** Writes from there that got no reply. */
  readonly tried: readonly UnknownWrite[];
}

/** Where a task is stored. */
type Place = Pick<TaskWrite, 'scope' | 'key'>;
/** What a save wants to store, and where. */
type Change = Place & Pick<TaskWrite, 'mine' | 'event'>;

/**
 * Finds out what a task that is saved was changed from, and writes one change of a task at a time.
 */
export class TaskSaver {
  readonly #writer: TaskWriter;
  readonly #cache: SnapshotCache;
  readonly #unknown: UnknownWrites;
  readonly #serial = new SerialQueue();
  readonly #bases = new WeakMap<Task, ObjectBase>();
  /** The marks of events that an object was saved with: it keeps them. */
  readonly #savedMarks = new WeakMap<Task, Set<string>>();
  /** Saves that have not ended, of objects that do not tell where they came from. */
  readonly #saving = new Map<string, Promise<LastKnown>>();

  constructor(writer: TaskWriter, cache: SnapshotCache, unknown: UnknownWrites) {
    this.#writer = writer;
    this.#cache = cache;
    this.#unknown = unknown;
  }

  /** Makes a task of a record for a caller, and remembers what it came from. */
  handOut(key: string, { version, snapshot }: VersionedSnapshot): Task {
    const task = taskOf(snapshot);
    this.#bases.set(task, { key, version, snapshot, tried: [] });
    return task;
  }

  /** Runs work on a record while no write to it is under way. */
  async alone<T>(key: string, work: () => Promise<T>): Promise<T> {
    return this.#serial.run(key, work);
  }

  /** Saves a task; see `save` of `BaseTaskStore`. */
  async save(task: Task, place: Place): Promise<void> {
    const event = await this.#save(task, place);
    if (event === undefined) return;
    const saved = this.#savedMarks.get(task) ?? new Set();
    this.#savedMarks.set(task, saved.add(markText(event.mark)));
  }

  async #save(task: Task, place: Place): Promise<SavedEvent | undefined> {
    const { key } = place;
    // All that the caller may change meanwhile is read before the first pause.
    const base = this.#bases.get(task);
    if (base?.key === key) {
      const mine = snapshotOf(task, base.snapshot);
      const event = this.#newEvent(task);
      await this.#serial.run(key, () => this.#saveLoaded(task, base, { ...place, mine, event }));
      return event;
    }
    const known = this.#cache.lastKnown(key);
    const earlier = this.#saving.get(key);
    const mine = snapshotOf(task, known?.snapshot);
    const event = this.#newEvent(task);
    const change = { ...place, mine, event };
    const saving = this.#serial.run(key, () => this.#saveOther(change, known, earlier));
    this.#saving.set(key, saving);
    try {
      await saving;
    } finally {
      if (this.#saving.get(key) === saving) this.#saving.delete(key);
    }
    return event;
  }

  #newEvent(task: Task): SavedEvent | undefined {
    const saved = this.#savedMarks.get(task);
    return savedEventOf(task, (mark) => saved?.has(markText(mark)) === true);
  }

  /** Writes a change of exactly this version; `undefined` when another writer was first. */
  async replace(change: Change, base: VersionedSnapshot): Promise<TaskWritten | undefined> {
    return this.#serial.run(change.key, () =>
      this.#writer.write({
        ...change,
        writeId: this.#writer.nextWriteId(),
        base: { ...base, loaded: false, tried: [] },
        onConflict: 'stop',
      }),
    );
  }

  /** Saves the very object that was loaded: it changed from what it held then, or when last saved. */
  async #saveLoaded(task: Task, loaded: ObjectBase, change: Change): Promise<void> {
    const base = this.#bases.get(task) ?? loaded;
    const written = await this.#merge({ ...change, base: { ...base, loaded: true } }, (write) => {
      this.#bases.set(task, { ...base, tried: [...base.tried, write] });
    });
    if (!written.merged) {
      this.#bases.set(task, { key: change.key, ...written, tried: [] });
      return;
    }
    // After a merge the object lacks what others wrote: the next change is one of what it holds.
    const version = written.isRepeated ? NO_VERSION : base.version;
    this.#bases.set(task, { key: change.key, version, snapshot: change.mine, tried: [] });
  }

  /** Saves another object: taken to come from what this process last knew of the task. */
  async #saveOther(
    change: Change,
    known: LastKnown | undefined,
    earlier: Promise<LastKnown> | undefined,
  ): Promise<LastKnown> {
    // A failed save has told its own caller.
    const base = (await earlier?.catch(() => this.#cache.lastKnown(change.key))) ?? known;
    const { version, snapshot } = await this.#merge({ ...change, base }, (write) => {
      if (base) this.#cache.setLastKnown(change.key, { ...base, tried: [...base.tried, write] });
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
