import { A2ARedisError } from '../../shared/errors.ts';
import type { Scope } from '../../shared/scope.ts';
import { indexEntryOf, parseMember, sameEntry } from './index-entry.ts';
import type { TaskIndex } from './task-index.ts';
import type { IndexKeys, TaskKeys } from './task-keys.ts';
import { NO_KEY, type ReadRecord, type TaskRecords } from '../records/task-records.ts';
import { reportTaskEvent } from '../records/task-telemetry.ts';

/** A writer that marked a write gives up before, after four deadlines of a call at most. */
export const PENDING_MARK_MS = 120_000;

/** Sets the index right where it does not match the records: they are what counts. */
export class TaskRepair {
  readonly #keys: TaskKeys;
  readonly #records: TaskRecords;
  readonly #index: TaskIndex;

  constructor(keys: TaskKeys, records: TaskRecords, index: TaskIndex) {
    this.#keys = keys;
    this.#records = records;
    this.#index = index;
  }

  /** Makes the index entry of a task what its record says, or removes it with the record. */
  async index(scope: Scope, taskId: string): Promise<void> {
    const key = this.#keys.record(scope, taskId);
    const indexed = await this.#index.row(scope, taskId);
    const record = await this.#readable(key, taskId);
    if (record === 'unreadable') return;
    // It may expire between the two calls.
    const ttlMs = record === undefined ? NO_KEY : await this.#records.ttlMs(key);
    if (record === undefined || ttlMs === NO_KEY) {
      await this.#index.remove(scope, taskId, indexed);
      if (indexed.raw !== '') reportTaskEvent({ type: 'index-repair', taskId });
      return;
    }
    const entry = indexEntryOf(record.snapshot);
    await this.#index.put(scope, record.version, {
      entry,
      replaces: indexed.entry,
      expiresAt: ttlMs < 0 ? 'never' : this.#records.runtime.wallClock() + ttlMs,
    });
    if (indexed.entry === undefined || !sameEntry(indexed.entry, entry)) {
      reportTaskEvent({ type: 'index-repair', taskId });
    }
  }

  /** As {@link index}, for the task of a member of a sorted set; removes a member that is wrong. */
  async member(scope: Scope, set: (keys: IndexKeys) => string, member: string): Promise<void> {
    await this.index(scope, parseMember(member).taskId);
    await this.#index.unlist(scope, set, member);
  }

  /** Looks after writes that may have been cut off between the record and the index. */
  async pending(scope: Scope, marks: readonly string[]): Promise<void> {
    await Promise.all(
      marks.map(async (mark) => {
        await this.index(scope, mark.slice(mark.indexOf(' ') + 1));
        const latest = this.#records.runtime.wallClock() - PENDING_MARK_MS;
        await this.#index.clearPending(scope, mark, latest);
      }),
    );
  }

  /** What cannot be read says nothing about its place, and stays; who reads it is told. */
  async #readable(key: string, taskId: string): Promise<ReadRecord | 'unreadable' | undefined> {
    try {
      return await this.#records.read<ReadRecord>(key, taskId, { withArtifacts: false });
    } catch (error) {
      if (error instanceof A2ARedisError && error.code === 'CORRUPT_RECORD') return 'unreadable';
      throw error;
    }
  }
}
