import { type ListTasksRequest, type ListTasksResponse, type Task, TaskState } from '@a2a-js/sdk';

import { A2ARedisError } from '../../shared/errors.ts';
import type { Scope } from '../../shared/scope.ts';
import { entryMember, indexEntryOf, parseMember } from './index-entry.ts';
import { type ListQuery, parseListRequest } from './list-query.ts';
import type { SnapshotCache, VersionedSnapshot } from '../records/snapshot-cache.ts';
import type { IndexPage, TaskIndex } from './task-index.ts';
import type { TaskKeys } from './task-keys.ts';
import type { ReadFrom, TaskRecords } from '../records/task-records.ts';
import type { TaskRepair } from './task-repair.ts';
import type { TaskSnapshot } from '../model/task-snapshot.ts';

/** While others write, a page is looked up again this often before it is shown as it is. */
const MOST_LOOKS = 3;
/** How many records are read at once: a page may be longer than a client's queue. */
const READS_AT_ONCE = 500;
/** How many ids `ids` takes from the index at a time. */
const IDS_PER_LOOK = 500;

/** What a lister works with. */
export interface ListerParts {
  readonly keys: TaskKeys;
  readonly records: TaskRecords;
  readonly index: TaskIndex;
  readonly cache: SnapshotCache;
  readonly repair: TaskRepair;
  /** Makes a task of a record for a caller; `isPartial` where the snapshot lacks the artifacts. */
  readonly handOut: (key: string, record: VersionedSnapshot, isPartial: boolean) => Task;
  /** Who shows the records. */
  readonly readFrom: ReadFrom;
  /** See the option of task stores. */
  readonly onCorruptRecord: ((error: A2ARedisError) => void) | undefined;
}

/** A member of the index, and the task that it stands for. */
interface FoundTask {
  readonly member: string;
  readonly task: Task | undefined;
  /** Whether the member is what the record says. */
  readonly isCurrent: boolean;
  /** Whether the task is one of those that were asked for. */
  readonly isAskedFor: boolean;
}

/** Answers lists from the index, and mends it where a record says otherwise. */
export class TaskLister {
  readonly #parts: ListerParts;

  constructor(parts: ListerParts) {
    this.#parts = parts;
  }

  /** See `TaskStore.list` of the SDK. */
  async list(scope: Scope, params: ListTasksRequest): Promise<ListTasksResponse> {
    const query = parseListRequest(scope, params);
    for (let look = 1; ; look += 1) {
      const page = await this.#page(scope, query, query.pageSize + 1);
      const members = page.members.slice(0, query.pageSize);
      const found: FoundTask[] = [];
      for (let first = 0; first < members.length; first += READS_AT_ONCE) {
        const some = members.slice(first, first + READS_AT_ONCE);
        found.push(...(await Promise.all(some.map((member) => this.#find(scope, query, member)))));
      }
      const moved = found.filter(({ isCurrent }) => !isCurrent);
      if (moved.length > 0 && look < MOST_LOOKS) {
        await Promise.all(
          moved.map(({ member }) => this.#parts.repair.member(scope, query.set, member)),
        );
        continue;
      }
      const last = members.at(-1);
      return {
        tasks: found.flatMap(({ task, isAskedFor }) =>
          task === undefined || !isAskedFor ? [] : [task],
        ),
        nextPageToken:
          last !== undefined && page.members.length > members.length ? query.tokenAfter(last) : '',
        pageSize: query.pageSize,
        totalSize: page.totalSize,
      };
    }
  }

  /** The ids of all tasks of a scope, newest status first. */
  async *ids(scope: Scope): AsyncGenerator<string, void, undefined> {
    const all = parseListRequest(scope, {
      tenant: '',
      contextId: '',
      status: TaskState.TASK_STATE_UNSPECIFIED,
      pageToken: '',
      statusTimestampAfter: undefined,
    });
    for (let upper = '+'; ;) {
      const query = { ...all, bounds: { ...all.bounds, upper } };
      const { members } = await this.#page(scope, query, IDS_PER_LOOK);
      for (const member of members) yield parseMember(member).taskId;
      const last = members.at(-1);
      if (last === undefined || members.length < IDS_PER_LOOK) return;
      upper = `(${last}`;
    }
  }

  /** A page of the index from which expired tasks and cut-off writes are gone. */
  async #page(scope: Scope, query: ListQuery, limit: number): Promise<IndexPage> {
    const { keys, records, index, repair } = this.#parts;
    // An empty index must not pass for a store without tasks.
    if (records.mustAsk) await records.ask(keys.unused);
    // What is still due after a look is the entry of a record that cannot be read.
    const lookedAfter = new Set<string>();
    let lookedAfterPending = false;
    for (;;) {
      const page = await index.page(scope, query.set, query.bounds, limit);
      const due = page.due.filter((taskId) => !lookedAfter.has(taskId));
      const pending = lookedAfterPending ? [] : page.pending;
      if (due.length === 0 && pending.length === 0) return page;
      await Promise.all(due.map((taskId) => repair.index(scope, taskId)));
      await repair.pending(scope, pending);
      for (const taskId of due) lookedAfter.add(taskId);
      lookedAfterPending = true;
    }
  }

  /** What a replica has may be behind the index: whether that is wrong, only the primary says. */
  async #find(scope: Scope, query: ListQuery, member: string): Promise<FoundTask> {
    const { readFrom } = this.#parts;
    const found = await this.#read(scope, query, member, readFrom);
    return found.isCurrent || readFrom === 'primary'
      ? found
      : this.#read(scope, query, member, 'primary');
  }

  async #read(scope: Scope, query: ListQuery, member: string, from: ReadFrom): Promise<FoundTask> {
    const { keys, records, cache, handOut, onCorruptRecord } = this.#parts;
    const { taskId } = parseMember(member);
    const key = keys.record(scope, taskId);
    try {
      const known = cache.latest(key);
      const withArtifacts = query.includeArtifacts;
      const record = await records.read(key, taskId, { known, withArtifacts, from });
      if (record === undefined) {
        return { member, task: undefined, isCurrent: false, isAskedFor: false };
      }
      const { version, snapshot } = record;
      const isPartial = !query.includeArtifacts;
      const shown = isPartial ? { ...snapshot, artifacts: [] } : snapshot;
      const isAskedFor = matches(query, snapshot);
      return {
        member,
        task: handOut(key, { version, snapshot: shown }, isPartial),
        isCurrent: isAskedFor && entryMember(indexEntryOf(snapshot)) === member,
        isAskedFor,
      };
    } catch (error) {
      const corrupt = error instanceof A2ARedisError && error.code === 'CORRUPT_RECORD';
      if (!corrupt || onCorruptRecord === undefined) throw error;
      onCorruptRecord(error);
      return { member, task: undefined, isCurrent: true, isAskedFor: false };
    }
  }
}

function matches({ contextId, state }: ListQuery, task: TaskSnapshot): boolean {
  return (
    (contextId === undefined || task.contextId === contextId) &&
    (state === undefined || task.status?.state === state)
  );
}
