import type { TaskStatus } from '@a2a-js/sdk';

import { statusTime } from '../../shared/state-kinds.ts';
import type { IndexKeys } from './task-keys.ts';

/** What the index knows of a task. */
export interface IndexEntry {
  readonly taskId: string;
  readonly contextId: string;
  /** The state's number in the SDK's enumeration, as text; `none` for a task without a status. */
  readonly state: string;
  /** The status time as it sorts; see {@link sortableTime}. */
  readonly time: string;
}

/** The largest and smallest `Date`, in milliseconds either side of the epoch. */
const DATE_RANGE_MS = 8.64e15;
const TIME_DIGITS = 11;

/**
 * A time as text of fixed length that sorts as the time does; a task without a readable time sorts
 * before all others, as in the SDK's in-memory store.
 *
 * @param timeMs Milliseconds since the epoch.
 */
export function sortableTime(timeMs: number | undefined): string {
  if (timeMs === undefined) return '-'.padEnd(TIME_DIGITS, '-');
  const sinceFirst = timeMs + DATE_RANGE_MS;
  // Thousands of years from now, a number no longer tells one millisecond from the next.
  const exact = Number.isSafeInteger(sinceFirst)
    ? sinceFirst
    : BigInt(timeMs) + BigInt(DATE_RANGE_MS);
  return exact.toString(36).padStart(TIME_DIGITS, '0');
}

/** What of a task the index tells. */
interface IndexedTask {
  readonly id: string;
  readonly contextId: string;
  readonly status: TaskStatus | undefined;
}

/** The entry of a task. */
export function indexEntryOf(task: IndexedTask): IndexEntry {
  return {
    taskId: task.id,
    contextId: task.contextId,
    state: String(task.status?.state ?? 'none'),
    time: sortableTime(statusTime(task.status)),
  };
}

/** Whether two entries of one task stand at the same place. */
export function sameEntry(a: IndexEntry, b: IndexEntry): boolean {
  return a.state === b.state && a.time === b.time && a.contextId === b.contextId;
}

/** Whether a change of a task moves its entry. */
export function movesEntry(from: IndexedTask, to: IndexedTask): boolean {
  // Times take a while to read, and few changes are of the status.
  if (from.status === to.status && from.contextId === to.contextId) return false;
  return !sameEntry(indexEntryOf(from), indexEntryOf(to));
}

/** The entry's member in the sorted sets. All have score 0: members sort as bytes. */
export function entryMember(entry: Pick<IndexEntry, 'taskId' | 'time'>): string {
  return `${entry.time}${entry.taskId}`;
}

/** Reads {@link entryMember}. */
export function parseMember(member: string): Pick<IndexEntry, 'taskId' | 'time'> {
  return { time: member.slice(0, TIME_DIGITS), taskId: member.slice(TIME_DIGITS) };
}

/** The entry as the index keeps it beside its version, to know where to remove it from. */
export function entryRow(entry: IndexEntry): string {
  return `${entry.time} ${entry.state} ${entry.contextId}`;
}

/** A stored row: the version of the record that it was taken from, and the entry. */
export interface IndexRow {
  readonly version: string;
  readonly entry: IndexEntry;
}

/** Reads a stored row; `undefined` for one that nothing here wrote. */
export function parseRow(taskId: string, row: string): IndexRow | undefined {
  const match = /^(\d{16}) ([-0-9a-z]{11}) (none|-?\d+) (.*)$/s.exec(row);
  if (match === null) return undefined;
  const [, version = '', time = '', state = '', contextId = ''] = match;
  return {
    version,
    entry: { taskId, contextId, time, state },
  };
}

/** The sorted sets that an entry stands in, in the order that the scripts take them. */
export function entrySets(keys: IndexKeys, entry: IndexEntry): [string, string, string] {
  return [
    keys.tasks(undefined, entry.state),
    keys.tasks(entry.contextId),
    keys.tasks(entry.contextId, entry.state),
  ];
}
