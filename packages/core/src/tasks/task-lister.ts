import { type ListTasksRequest, type ListTasksResponse, type Task, TaskState } from '@a2a-js/sdk';

import { A2ARedisError } from '../errors.ts';
import type { Scope } from '../keys/scope.ts';
import { entryMember, indexEntryOf, parseMember } from './index-entry.ts';
import { type ListQuery, parseListRequest } from './list-query.ts';
import type { SnapshotCache } from './snapshot-cache.ts';
import type { IndexPage, TaskIndex } from './task-index.ts';
import type { TaskKeys } from './task-keys.ts';
import type { TaskRecords } from './task-records.ts';
import type { TaskRepair } from './task-repair.ts';
import { taskOf, type TaskSnapshot } from './task-snapshot.ts';

/** While others write, a page is looked up again this often before it is shown as it is. */
const MOST_LOOKS = 3;
/** How many ids `ids` takes from the index at a time. */
const IDS_PER_LOOK = 500;

/** Answers lists from the index, and mends it where a record says otherwise. */
export class TaskLister {
  readonly #keys: TaskKeys;
  readonly #records: TaskRecords;
  readonly #index: TaskIndex;
  readonly #cache: SnapshotCache;
  readonly #repair: TaskRepair;
  readonly #onCorruptRecord: ((error: A2ARedisError) => void) | undefined;

  constructor(
    keys: TaskKeys,
    records: TaskRecords,
    index: TaskIndex,
    cache: SnapshotCache,
    repair: TaskRepair,
    onCorruptRecord: ((error: A2ARedisError) => void) | undefined,
  ) {
    this.#keys = keys;
    this.#records = records;
    this.#index = index;
    this.#cache = cache;
    this.#repair = repair;
    this.#onCorruptRecord = onCorruptRecord;
  }

  /** See `TaskStore.list` of the SDK. */
  async list(scope: Scope, params: ListTasksRequest): Promise<ListTasksResponse> {
    const query = parseListRequest(scope, params);
    for (let look = 1; ; look += 1) {
      const page = await this.#page(scope, query, query.pageSize + 1);
      const members = page.members.slice(0, query.pageSize);
      const found = await Promise.all(members.map((member) => this.#read(scope, query, member)));
      const moved = found.filter(({ current }) => !current);
      if (moved.length > 0 && look < MOST_LOOKS) {
        await Promise.all(moved.map(({ member }) => this.#repair.member(scope, query.set, member)));
        continue;
      }
      const last = members.at(-1);
      return {
        tasks: found.flatMap(({ task }) => (task === undefined ? [] : [task])),
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
    // What is still due after a look is the entry of a record that cannot be read.
    const lookedAfter = new Set<string>();
    let lookedAfterPending = false;
    for (;;) {
      const page = await this.#index.page(scope, query.set, query.bounds, limit);
      const due = page.due.filter((taskId) => !lookedAfter.has(taskId));
      const pending = lookedAfterPending ? [] : page.pending;
      if (due.length === 0 && pending.length === 0) return page;
      await Promise.all(due.map((taskId) => this.#repair.index(scope, taskId)));
      await this.#repair.pending(scope, pending);
      for (const taskId of due) lookedAfter.add(taskId);
      lookedAfterPending = true;
    }
  }

  async #read(
    scope: Scope,
    query: ListQuery,
    member: string,
  ): Promise<{ member: string; task: Task | undefined; current: boolean }> {
    const { taskId } = parseMember(member);
    const key = this.#keys.record(scope, taskId);
    try {
      const known = this.#cache.latest(key);
      const record = await this.#records.read(key, taskId, known, query.includeArtifacts);
      if (record === undefined) return { member, task: undefined, current: false };
      const { snapshot } = record;
      return {
        member,
        task: taskOf(query.includeArtifacts ? snapshot : { ...snapshot, artifacts: [] }),
        current: entryMember(indexEntryOf(snapshot)) === member && matches(query, snapshot),
      };
    } catch (error) {
      const corrupt = error instanceof A2ARedisError && error.code === 'CORRUPT_RECORD';
      if (!corrupt || this.#onCorruptRecord === undefined) throw error;
      this.#onCorruptRecord(error);
      return { member, task: undefined, current: true };
    }
  }
}

function matches({ contextId, state }: ListQuery, task: TaskSnapshot): boolean {
  return (
    (contextId === undefined || task.contextId === contextId) &&
    (state === undefined || task.status?.state === state)
  );
}
