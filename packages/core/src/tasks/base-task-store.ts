import type { ListTasksRequest, ListTasksResponse, Task } from '@a2a-js/sdk';
import { TaskNotFoundError } from '@a2a-js/sdk/errors';
import type { ServerCallContext, TaskStore } from '@a2a-js/sdk/server';

import { A2ARedisError } from '../errors.ts';
import { requireId } from '../keys/key-segment.ts';
import type { Scope, ScopeResolver } from '../keys/scope.ts';
import type { RedisScriptClient } from '../redis/script-client.ts';
import { abbreviate, ScriptRunner } from '../redis/script-runner.ts';
import { SerialQueue } from './serial-queue.ts';
import {
  type LastKnown,
  NO_RECORD,
  SnapshotCache,
  type VersionedSnapshot,
} from './snapshot-cache.ts';
import { TaskIndex } from './task-index.ts';
import { TaskKeys } from './task-keys.ts';
import { TaskLister } from './task-lister.ts';
import type { TaskRecordFormat } from './task-record-format.ts';
import { TaskRecords } from './task-records.ts';
import { TaskRepair } from './task-repair.ts';
import { snapshotOf, taskOf, type TaskSnapshot } from './task-snapshot.ts';
import { leavesTerminalState } from './task-state.ts';
import { resolveTaskStoreOptions, type TaskStoreOptions } from './task-store-options.ts';
import { type TaskWrite, TaskWriter, type TaskWritten } from './task-writer.ts';
import { TtlPolicy } from './ttl-policy.ts';
import { type UnknownWrite, UnknownWrites } from './unknown-writes.ts';

/** What an object that `load` returned held when it was returned, or last saved. */
interface ObjectBase {
  readonly key: string;
  readonly version: string;
  readonly snapshot: TaskSnapshot;
  /** Writes from there that got no reply. */
  readonly tried: readonly UnknownWrite[];
}

/** What a save wants to store, and where. */
type Change = Pick<TaskWrite, 'scope' | 'key' | 'mine'>;

/** `updateTask` starts over this often before it gives up. */
const MOST_UPDATES = 100;

/**
 * What all task stores do, whatever form their records have. See the adapter's README for what is
 * promised.
 */
export abstract class BaseTaskStore implements TaskStore {
  readonly #scopeOf: ScopeResolver;
  readonly #keys: TaskKeys;
  readonly #records: TaskRecords;
  readonly #cache: SnapshotCache;
  readonly #repair: TaskRepair;
  readonly #lister: TaskLister;
  readonly #writer: TaskWriter;
  readonly #unknown = new UnknownWrites();
  readonly #serial = new SerialQueue();
  readonly #bases = new WeakMap<Task, ObjectBase>();
  /** Saves that have not ended, of objects that do not tell where they came from. */
  readonly #saving = new Map<string, Promise<LastKnown>>();

  /**
   * @param client A connected client; never closed here.
   * @param format How records are stored.
   * @param options See {@link TaskStoreOptions}.
   */
  constructor(client: RedisScriptClient, format: TaskRecordFormat, options: TaskStoreOptions) {
    const resolved = resolveTaskStoreOptions(options);
    const runner = new ScriptRunner(client, resolved.deadlineMs);
    this.#scopeOf = resolved.scopeOf;
    this.#keys = new TaskKeys(resolved.prefix);
    this.#records = new TaskRecords(runner, format);
    this.#cache = new SnapshotCache(resolved.cacheMaxBytes);
    const index = new TaskIndex(client, runner, this.#keys);
    this.#repair = new TaskRepair(this.#keys, this.#records, index);
    this.#lister = new TaskLister(
      this.#keys,
      this.#records,
      index,
      this.#cache,
      this.#repair,
      resolved.onCorruptRecord,
    );
    this.#writer = new TaskWriter(
      this.#records,
      index,
      this.#cache,
      this.#repair,
      new TtlPolicy(resolved.ttlSeconds, resolved.ttlAppliesTo),
      this.#unknown,
    );
  }

  /**
   * Saves a task. See the SDK's `TaskStore`.
   *
   * A task that this store returned, or one that it loaded before, is written as a change of what
   * was loaded: only what differs is sent, what others changed meanwhile is kept, and a terminal
   * state stays. A task that was never loaded here overwrites what is stored.
   *
   * Takes one round trip; on a cluster, three when the status changes.
   *
   * @throws {A2ARedisError} `INVALID_ARGUMENT`, `CORRUPT_RECORD`, `WRITE_CONFLICT`,
   *   `DEADLINE_EXCEEDED`, `CLIENT_CLOSED` or `COMMAND_FAILED`.
   */
  async save(task: Task, context: ServerCallContext): Promise<void> {
    const { scope, key } = this.#locate(task?.id, context);
    // All that the caller may change meanwhile is read before the first pause.
    const base = this.#bases.get(task);
    if (base?.key === key) {
      const mine = snapshotOf(task, base.snapshot);
      await this.#serial.run(key, () => this.#saveLoaded(task, base, { scope, key, mine }));
      return;
    }
    const known = this.#cache.lastKnown(key);
    const earlier = this.#saving.get(key);
    const mine = snapshotOf(task, known?.snapshot);
    const saving = this.#serial.run(key, () =>
      this.#saveOther({ scope, key, mine }, known, earlier),
    );
    this.#saving.set(key, saving);
    try {
      await saving;
    } finally {
      if (this.#saving.get(key) === saving) this.#saving.delete(key);
    }
  }

  /** Saves the very object that was loaded: it changed from what it held then, or when last saved. */
  async #saveLoaded(task: Task, loaded: ObjectBase, change: Change): Promise<void> {
    const base = this.#bases.get(task) ?? loaded;
    const written = await this.#merge({ ...change, base: { ...base, loaded: true } }, (write) => {
      this.#bases.set(task, { ...base, tried: [...base.tried, write] });
    });
    // After a merge the object lacks what others wrote: the next change is one of what it holds.
    const version = written.merged ? base.version : written.version;
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
    const writeId = this.#records.nextWriteId();
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

  /**
   * Loads a task. See the SDK's `TaskStore`.
   *
   * One round trip; the content is sent only when this process does not have it. The task is the
   * caller's own to change, but for the entries of lists longer than 512: those parts and messages
   * are frozen, and shared.
   *
   * @returns The task, or `undefined` when there is none in the caller's scope.
   * @throws {A2ARedisError} As {@link save}.
   */
  async load(taskId: string, context: ServerCallContext): Promise<Task | undefined> {
    const { key } = this.#locate(taskId, context);
    const record = await this.#readLatest(key, taskId);
    if (record === undefined) {
      const nothing = { version: NO_RECORD, snapshot: undefined, loaded: true, tried: [] };
      this.#cache.setLastKnown(key, nothing);
      return undefined;
    }
    this.#cache.setLastKnown(key, { ...record, loaded: true, tried: [] });
    return this.#handOut(key, record);
  }

  /**
   * Lists tasks, newest status first, ties by id. See the SDK's `TaskStore`.
   *
   * Two round trips, whatever the number of tasks. Pages follow one another without gaps or
   * repetitions while tasks change, except that a task whose status changes moves to the front.
   *
   * @throws {RequestMalformedError} The SDK's error, for a bad page size, time or page token.
   * @throws {A2ARedisError} As {@link save}; `CORRUPT_RECORD` only without `onCorruptRecord`.
   */
  async list(params: ListTasksRequest, context: ServerCallContext): Promise<ListTasksResponse> {
    return this.#lister.list(this.#scopeOf(context), params);
  }

  /**
   * The ids of all tasks of the caller's scope, newest status first, taken from the index a few
   * hundred at a time.
   *
   * @throws {A2ARedisError} As {@link save}.
   */
  listTaskIds(context: ServerCallContext): AsyncGenerator<string, void, undefined> {
    return this.#lister.ids(this.#scopeOf(context));
  }

  /** Whether there is a task with the id in the caller's scope. Errors as {@link save}. */
  async taskExists(taskId: string, context: ServerCallContext): Promise<boolean> {
    const { key } = this.#locate(taskId, context);
    return (await this.#records.ttlMs(key)) !== NO_KEY;
  }

  /**
   * Deletes a task; a record that cannot be read, too.
   *
   * @returns Whether there was one. Errors as {@link save}.
   */
  async delete(taskId: string, context: ServerCallContext): Promise<boolean> {
    const { scope, key } = this.#locate(taskId, context);
    return this.#serial.run(key, async () => {
      const deleted = await this.#records.delete(key);
      this.#cache.forget(key);
      await this.#repair.index(scope, taskId);
      return deleted;
    });
  }

  /**
   * Changes a task atomically: reads it, calls `update`, and writes the result if nobody wrote in
   * between; otherwise starts over.
   *
   * @param update Changes the task that it is given, or returns another. May be called several
   *   times.
   * @returns The task as it is stored now.
   * @throws {TaskNotFoundError} The SDK's error, when there is no such task.
   * @throws {A2ARedisError} `TASK_TERMINAL` when the update would take the task out of a terminal
   *   state; otherwise as {@link save}.
   */
  async updateTask(
    taskId: string,
    context: ServerCallContext,
    update: (task: Task) => Task | void | Promise<Task | void>,
  ): Promise<Task> {
    const { scope, key } = this.#locate(taskId, context);
    for (let attempt = 1; attempt <= MOST_UPDATES; attempt += 1) {
      const base = await this.#readLatest(key, taskId);
      if (base === undefined) throw new TaskNotFoundError(`Task not found: ${taskId}`);
      const draft = taskOf(base.snapshot);
      const mine = snapshotOf((await update(draft)) ?? draft, base.snapshot);
      requireUpdate(base.snapshot, mine);
      const writeId = this.#records.nextWriteId();
      const write = { scope, key, mine, writeId, base: { ...base, loaded: false, tried: [] } };
      const written = await this.#serial.run(key, () =>
        this.#writer.write({ ...write, onConflict: 'stop' }),
      );
      if (written !== undefined) return this.#handOut(key, written);
    }
    throw new A2ARedisError(
      'WRITE_CONFLICT',
      `Task ${abbreviate(taskId)} changed during each of ${MOST_UPDATES} attempts to update it.`,
    );
  }

  async #readLatest(key: string, taskId: string): Promise<VersionedSnapshot | undefined> {
    const known = this.#cache.latest(key);
    const record = await this.#records.read(key, taskId, known);
    if (record === undefined) this.#cache.forgetLatest(key);
    else if (record !== known && 'size' in record) {
      this.#unknown.seen(key, record.writes);
      this.#cache.setLatest(key, record, record.size);
    }
    return record;
  }

  #handOut(key: string, { version, snapshot }: VersionedSnapshot): Task {
    const task = taskOf(snapshot);
    this.#bases.set(task, { key, version, snapshot, tried: [] });
    return task;
  }

  #locate(taskId: unknown, context: ServerCallContext): { scope: Scope; key: string } {
    const id = requireId('The task id', taskId);
    const scope = this.#scopeOf(context);
    return { scope, key: this.#keys.record(scope, id) };
  }
}

/** What PTTL answers for a key that does not exist. */
const NO_KEY = -2;

function requireUpdate(from: TaskSnapshot, to: TaskSnapshot): void {
  if (to.id !== from.id) {
    throw new A2ARedisError('INVALID_ARGUMENT', `An update must not change the task id.`);
  }
  if (leavesTerminalState(from.status, to.status)) {
    throw new A2ARedisError(
      'TASK_TERMINAL',
      `Task ${abbreviate(from.id)} is in a terminal state, which an update must not change.`,
    );
  }
}
