import { LruMap } from '../../shared/lru-map.ts';
import type { TaskSnapshot } from '../model/task-snapshot.ts';
import { isTerminal } from '../../shared/state-kinds.ts';
import { TaskSteps } from '../model/task-steps.ts';
import type { UnknownWrite } from './unknown-writes.ts';

/** The version of a task that is not stored. */
export const NO_RECORD = '0';

/** A snapshot and the version of the record that it was. */
export interface VersionedSnapshot {
  readonly version: string;
  readonly snapshot: TaskSnapshot;
}

/** What this process last knew of a task, for a save whose object does not tell where it came from. */
export interface LastKnown {
  readonly version: string;
  /** Absent where there was no record, or where the snapshot was dropped to save memory. */
  readonly snapshot: TaskSnapshot | undefined;
  /** Whether it was read, not only written, by this process. */
  readonly loaded: boolean;
  /** Writes from there that got no reply. */
  readonly tried: readonly UnknownWrite[];
  /** Whether the state was terminal: to be known where the snapshot was dropped. */
  readonly ended?: boolean | undefined;
  /** Whether it held events with an id: to be known where the snapshot was dropped. */
  readonly identified?: boolean | undefined;
  /** Whether the artifacts are left out, as in a list: nothing is known of them. */
  readonly isPartial?: boolean | undefined;
}

interface CachedSnapshots {
  readonly latest: VersionedSnapshot | undefined;
  /** The size of the latest. What the others hold beside it, they share with it as a rule. */
  readonly bytes: number;
  lastKnown: VersionedSnapshot | undefined;
  /** What an object held that was saved since; dropped where a caller gets to know another version. */
  saved: VersionedSnapshot | undefined;
  /** What publishers of this process made of it. */
  readonly steps: TaskSteps;
  /** The run of this process that wrote its events last. */
  run?: string | undefined;
  /** The newest version, once a read found no record. */
  readonly gone?: VersionedSnapshot | undefined;
}

/** Versions are small, and knowing one keeps a save from overwriting what it does not know. */
const MOST_VERSIONS = 10_000;
/** What an entry takes beside its content, roughly. */
const ENTRY_BYTES = 512;

/** The snapshots that this process keeps, bounded by their size; see `cacheMaxBytes`. */
export class SnapshotCache {
  readonly #snapshots: LruMap<CachedSnapshots>;
  readonly #versions = new LruMap<Omit<LastKnown, 'snapshot'>>(MOST_VERSIONS);

  /** @param maxBytes How much content to keep, roughly, in bytes. */
  constructor(maxBytes: number) {
    this.#snapshots = new LruMap(maxBytes, ({ bytes }) => bytes + ENTRY_BYTES);
  }

  /** The newest version of a record that this process has seen. */
  latest(key: string): VersionedSnapshot | undefined {
    return this.#snapshots.get(key)?.latest;
  }

  /**
   * The same, for a run that goes on from what it wrote: also where a read has found since that the record is gone, which
   * whoever asks for the task makes no difference to.
   */
  writtenBy(run: string | undefined, key: string): VersionedSnapshot | undefined {
    const kept = this.#snapshots.get(key);
    if (kept?.gone === undefined || run === undefined || kept.run !== run) return kept?.latest;
    return isLater(kept.gone, kept.latest) ? kept.gone : kept.latest;
  }

  /** Notes which run of this process wrote the newest version. */
  setRun(key: string, run: string): void {
    const kept = this.#snapshots.get(key);
    if (kept !== undefined) kept.run = run;
  }

  /** How many bytes the newest version takes, roughly. */
  bytes(key: string): number {
    return this.#snapshots.get(key)?.bytes ?? 0;
  }

  /** What the last caller knew of a task, as far as this process can tell. */
  lastKnown(key: string): LastKnown | undefined {
    const known = this.#versions.get(key);
    if (known === undefined) return undefined;
    const kept = this.#snapshots.get(key)?.lastKnown;
    return { ...known, snapshot: kept?.version === known.version ? kept.snapshot : undefined };
  }

  /**
   * Notes a version of a record.
   *
   * @param bytes The size of its content, roughly.
   */
  setLatest(key: string, latest: VersionedSnapshot, bytes: number): void {
    const kept = this.#snapshots.get(key);
    if (kept?.latest !== undefined && isLater(kept.latest, latest)) return;
    const { lastKnown, saved, steps = new TaskSteps(), run } = kept ?? {};
    const gone = kept?.gone && isLater(kept.gone, latest) ? kept.gone : undefined;
    this.#snapshots.set(key, { latest, bytes, lastKnown, saved, steps, run, gone });
  }

  /** Notes what the caller of a load or a save now knows of a task. */
  setLastKnown(key: string, known: LastKnown): void {
    const { version, snapshot, loaded, tried } = known;
    this.#versions.set(key, {
      version,
      loaded,
      tried,
      ended: known.ended ?? isTerminal(snapshot?.status),
      identified: known.identified ?? (snapshot?.events === undefined ? undefined : true),
    });
    const kept = this.#snapshots.get(key);
    // Where there was no room for the newest version, there is none for this.
    if (kept === undefined) return;
    kept.lastKnown = snapshot && { version, snapshot };
    kept.saved = undefined;
  }

  /** Notes what an object holds that was handed out and saved, or updated: a copy of it may be saved. */
  setSaved(key: string, saved: VersionedSnapshot): void {
    const kept = this.#snapshots.get(key);
    if (kept !== undefined) kept.saved = saved;
  }

  /** See {@link setSaved}. */
  saved(key: string): VersionedSnapshot | undefined {
    return this.#snapshots.get(key)?.saved;
  }

  /** What publishers of this process made of a task, as long as its content is kept. */
  steps(key: string): TaskSteps | undefined {
    return this.#snapshots.get(key)?.steps;
  }

  /** Notes that there is no record any more. The run that wrote it goes on from what it was: see {@link writtenBy}. */
  noteGone(key: string): void {
    const kept = this.#snapshots.get(key);
    if (kept?.latest === undefined) return;
    this.#snapshots.set(key, { ...kept, latest: undefined, gone: kept.latest });
  }

  /** Forgets the newest version of a task, not what its callers last knew. */
  forgetLatest(key: string): void {
    const kept = this.#snapshots.get(key);
    if (kept === undefined) return;
    this.#snapshots.set(key, { ...kept, latest: undefined, gone: undefined, bytes: 0 });
  }

  /** Forgets all about a task. */
  forget(key: string): void {
    this.#snapshots.delete(key);
    this.#versions.delete(key);
  }
}

function isLater(one: VersionedSnapshot, other: VersionedSnapshot | undefined): boolean {
  return other === undefined || Number(one.version) > Number(other.version);
}
