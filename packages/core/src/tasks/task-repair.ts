import type { Scope } from '../keys/scope.ts';
import { indexEntryOf, sameEntry } from './index-entry.ts';
import type { TaskIndex } from './task-index.ts';
import type { TaskKeys } from './task-keys.ts';
import type { TaskRecords } from './task-records.ts';
import { reportTaskEvent } from './task-telemetry.ts';

/** A writer that marked a write gives up long before this. */
const PENDING_MARK_MS = 120_000;

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
    const record = await this.#records.read(key, taskId, undefined, false);
    if (record === undefined) {
      if (indexed !== undefined) {
        await this.#index.remove(scope, taskId, indexed.raw, indexed.row);
        reportTaskEvent({ type: 'index-repair', taskId });
      }
      return;
    }
    const ttlMs = await this.#records.ttlMs(key);
    const entry = indexEntryOf(record.snapshot);
    await this.#index.put(scope, record.version, {
      entry,
      replaces: indexed?.row.entry,
      expiresAt: ttlMs > 0 ? Date.now() + ttlMs : undefined,
    });
    if (indexed === undefined || !sameEntry(indexed.row.entry, entry)) {
      reportTaskEvent({ type: 'index-repair', taskId });
    }
  }

  /** Looks after writes that may have been cut off between the record and the index. */
  async pending(scope: Scope, marks: readonly string[]): Promise<void> {
    await Promise.all(
      marks.map(async (mark) => {
        await this.index(scope, mark.slice(mark.indexOf(' ') + 1));
        await this.#index.clearPending(scope, mark, Date.now() - PENDING_MARK_MS);
      }),
    );
  }
}
