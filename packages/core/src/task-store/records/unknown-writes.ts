import { LruMap } from '../../shared/lru-map.ts';
import type { TaskSnapshot } from '../model/task-snapshot.ts';

/** A write that got no reply in time. It may have been applied, or may be yet. */
export interface UnknownWrite {
  readonly writeId: string;
  /** What the caller wanted to store. */
  readonly snapshot: TaskSnapshot;
  /** Whether the record has been seen with this write in it. */
  applied: boolean;
}

/** Outcomes are found out at the next read or write of the task, so few stay open. */
const MOST_TASKS = 1000;

/**
 * Finds out what became of writes without a reply. A caller who tries again must not have the same
 * chunk appended twice: the new attempt starts from what the lost one stored, if it did.
 */
export class UnknownWrites {
  readonly #open = new LruMap<UnknownWrite[]>(MOST_TASKS);

  /** Notes a write to a record. */
  add(key: string, writeId: string, snapshot: TaskSnapshot): UnknownWrite {
    const write = { writeId, snapshot, applied: false };
    this.#open.set(key, [...(this.#open.get(key) ?? []), write]);
    return write;
  }

  /**
   * Looks for open writes in a record that was read.
   *
   * @param writes The last write of each writer, as the record has them, separated by blanks.
   */
  seen(key: string, writes: string): void {
    const open = this.#open.get(key);
    if (open === undefined) return;
    const ids = new Set(writes.split(' '));
    for (const write of open) write.applied ||= ids.has(write.writeId);
  }

  /** Notes that a later write was applied: the record has moved on, the open ones never will be. */
  settle(key: string): void {
    this.#open.delete(key);
  }
}

/** What a base holds, given the writes that were tried from it. */
export function baseAfter(
  base: TaskSnapshot | undefined,
  tried: readonly UnknownWrite[],
): TaskSnapshot | undefined {
  return tried.findLast(({ applied }) => applied)?.snapshot ?? base;
}
