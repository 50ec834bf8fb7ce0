import type { ListTasksRequest, ListTasksResponse, Task } from '@a2a-js/sdk';
import { TaskNotFoundError } from '@a2a-js/sdk/errors';
import type { ServerCallContext } from '@a2a-js/sdk/server';

import { A2ARedisError } from '../../shared/errors.ts';
import { requireId } from '../../shared/key-segment.ts';
import type { Scope, ScopeResolver } from '../../shared/scope.ts';
import { AppliedEvents } from '../../event-ids/applied-events.ts';
import { dropTaskEventIds, type EventId } from '../../event-ids/event-id.ts';
import type {
  EventFate,
  EventWrite,
  EventWriteOutcome,
  EventWritingStore,
} from '../../event-ids/event-writing-store.ts';
import { noteLoad } from '../../event-ids/loaded-at-once.ts';
import { copySavedWith, noteLoaded } from '../../event-ids/request-copies.ts';
import { ServerLayout } from '../../layout/server-layout.ts';
import { withDeadline } from '../../redis/deadline.ts';
import type { RedisScriptClient } from '../../redis/script-client.ts';
import { abbreviate, ScriptRunner } from '../../redis/script-runner.ts';
import { ExpirySweep } from '../index/expiry-sweep.ts';
import { PendingMark } from '../index/pending-mark.ts';
import { PublishedEvents } from './published-events.ts';
import { ScopeRegistry } from '../index/scope-registry.ts';
import { SharedReads } from './shared-reads.ts';
import { NO_RECORD, SnapshotCache, type VersionedSnapshot } from '../records/snapshot-cache.ts';
import { TaskIndex } from '../index/task-index.ts';
import { TaskKeys } from '../index/task-keys.ts';
import { TaskLister } from '../index/task-lister.ts';
import type { TaskRecordFormat } from '../records/task-record-format.ts';
import { NO_KEY, type ReadFrom, TaskRecords } from '../records/task-records.ts';
import { TaskRepair } from '../index/task-repair.ts';
import { notStored, TaskSaver } from './task-saver.ts';
import { snapshotOf, taskOf, type TaskSnapshot } from '../model/task-snapshot.ts';
import { leavesTerminalState } from '../../shared/state-kinds.ts';
import { resolveTaskStoreOptions, type TaskStoreOptions } from './task-store-options.ts';
import type { TaskStep } from '../model/task-steps.ts';
import { TaskWriter } from './task-writer.ts';
import { TtlPolicy } from '../index/ttl-policy.ts';
import { UnknownWrites } from '../records/unknown-writes.ts';
import { NO_VERSION } from './write-attempt.ts';

/** `updateTask` starts over this often before it gives up. */
const MOST_UPDATES = 100;
/** A step that meets the deadline says more than a call does: it comes a moment before. */
const GRACE_MS = 100;

/**
 * What all task stores do, whatever form their records have. See the adapter's README for what is
 * promised.
 */
export abstract class BaseTaskStore implements EventWritingStore {
  /** Who answers reads: see the option. */
  readonly readFrom: ReadFrom;
  /** How the server keeps keys. */
  protected readonly layout: ServerLayout;
  readonly #client: RedisScriptClient;
  readonly #scopeOf: ScopeResolver;
  readonly #deadlineMs: number;
  readonly #keys: TaskKeys;
  readonly #records: TaskRecords;
  readonly #index: TaskIndex;
  readonly #cache: SnapshotCache;
  readonly #repair: TaskRepair;
  readonly #lister: TaskLister;
  readonly #saver: TaskSaver;
  readonly #writer: TaskWriter;
  readonly #published = new PublishedEvents();
  readonly #reads = new SharedReads<VersionedSnapshot | undefined>();

  /**
   * @param client A connected client; never closed here.
   * @param format How records are stored.
   * @param options See {@link TaskStoreOptions}.
   */
  constructor(client: RedisScriptClient, format: TaskRecordFormat, options: TaskStoreOptions) {
    const resolved = resolveTaskStoreOptions(options);
    const runner = new ScriptRunner(client, resolved.deadlineMs);
    const { runtime } = runner;
    this.readFrom = resolved.readFrom;
    this.#client = client;
    this.#scopeOf = resolved.scopeOf;
    this.#deadlineMs = resolved.deadlineMs;
    this.#keys = new TaskKeys(resolved.prefix);
    this.#records = new TaskRecords(runner, format);
    this.#cache = new SnapshotCache(resolved.cacheMaxBytes);
    this.layout = new ServerLayout(client, runner, resolved.prefix, resolved.layout);
    const index = new TaskIndex(this.layout, runner, this.#keys);
    this.#index = index;
    this.#repair = new TaskRepair(this.#keys, this.#records, index);
    const unknown = new UnknownWrites();
    this.#writer = new TaskWriter({
      records: this.#records,
      index,
      cache: this.#cache,
      repair: this.#repair,
      ttl: new TtlPolicy(resolved.ttlSeconds, resolved.ttlAppliesTo),
      unknown,
      sweep:
        resolved.ttlSeconds === undefined
          ? undefined
          : new ExpirySweep(runtime, new ScopeRegistry(runner, this.#keys), index, this.#repair),
    });
    const saver = new TaskSaver({
      runtime,
      writer: this.#writer,
      cache: this.#cache,
      unknown,
      published: this.#published,
    });
    this.#saver = saver;
    this.#lister = new TaskLister({
      keys: this.#keys,
      records: this.#records,
      index,
      cache: this.#cache,
      repair: this.#repair,
      readFrom: resolved.readFrom,
      handOut: (key, record, isPartial) => saver.handOut(key, record, isPartial),
      onCorruptRecord: resolved.onCorruptRecord,
    });
  }

  /**
   * Saves a task. See the SDK's `TaskStore`.
   *
   * A task that this store returned, or one that it loaded before, is written as a change of what
   * was loaded: only what differs is sent, what others changed meanwhile is kept, and a terminal
   * state stays. A task that was never loaded here overwrites what is stored.
   *
   * Takes one round trip; on a cluster, three when the status changes. The ids of events that a result
   * manager brought into the task are taken from it.
   *
   * @throws {A2ARedisError} `INVALID_ARGUMENT`, `CORRUPT_RECORD`, `WRITE_CONFLICT`,
   *   `DEADLINE_EXCEEDED`, `CLIENT_CLOSED` or `COMMAND_FAILED`.
   */
  async save(task: Task, context: ServerCallContext): Promise<void> {
    const place = this.#locate(task?.id, context);
    const { id } = task;
    const onSaved = copySavedWith(task, context);
    const what = (): string => `Saving task ${abbreviate(id)}`;
    const eventId = await this.#within(place, what, this.#saver.save(task, place));
    // The request handler hands on what it has saved.
    onSaved?.();
    if (eventId === undefined) return;
    dropTaskEventIds(task);
    this.#published.advance(place.key, context, eventId);
  }

  /**
   * Loads a task. See the SDK's `TaskStore`.
   *
   * One round trip; the content is sent only when this process does not have it. The task is the
   * caller's own to change, but for the entries of lists longer than 512: those parts and messages
   * are frozen, and shared.
   *
   * @returns The task, or `undefined` when there is none in the caller's scope.
   * @throws {A2ARedisError} As {@link save}; `RUN_ENDED` or `EVENTS_LOST` for a request that executes the
   *   task, and has heard of an event that nobody stores.
   */
  async load(taskId: string, context: ServerCallContext): Promise<Task | undefined> {
    noteLoad(taskId, context);
    const task = await this.#load(taskId, context);
    noteLoaded(taskId, context, task);
    return task;
  }

  async #load(taskId: string, context: ServerCallContext): Promise<Task | undefined> {
    const place = this.#locate(taskId, context);
    const { key } = place;
    const { step, record } = await this.#readAs(place, taskId, context);
    if (step !== undefined) {
      const { task: snapshot } = step;
      return snapshot && this.#saver.handOut(key, { version: NO_VERSION, snapshot });
    }
    if (record === undefined) {
      const nothing = { version: NO_RECORD, snapshot: undefined, loaded: true, tried: [] };
      this.#cache.setLastKnown(key, nothing);
      return undefined;
    }
    this.#cache.setLastKnown(key, { ...record, loaded: true, tried: [] });
    return this.#saver.handOut(key, record);
  }

  /**
   * Which events a stored task holds: for event buses that give their events ids, see
   * {@link EventWritingStore}. Meant for adapters.
   *
   * Asked together with a {@link load} of the same task, in one synchronous run, it is answered by
   * the same reply of Redis: a subscriber must get exactly those events that the snapshot lacks
   * which it was given.
   *
   * @returns The events, or `undefined` when there is no such task in the caller's scope.
   * @throws {A2ARedisError} As {@link save}.
   */
  async appliedEvents(
    taskId: string,
    context: ServerCallContext,
  ): Promise<AppliedEvents | undefined> {
    const place = this.#locate(taskId, context);
    // As a load of the same request is answered.
    const { step, record } = await this.#readAs(place, taskId, context);
    const task = step === undefined ? record?.snapshot : step.task;
    return task && (task.events?.applied ?? AppliedEvents.NONE);
  }

  /** See {@link EventWritingStore}. Meant for adapters. */
  requireStorable(task: Task): void {
    requireId('task.id', task.id);
    snapshotOf(task);
  }

  /** See {@link EventWritingStore}. Meant for adapters. */
  writesBy(client: RedisScriptClient): boolean {
    return client === this.#client;
  }

  /** See {@link EventWritingStore}. Meant for adapters. */
  beginEvents(
    taskId: string,
    context: ServerCallContext,
    { publisher, counter }: EventId,
  ): () => void {
    const { key } = this.#locate(taskId, context);
    this.#published.begin(key, context, publisher, counter);
    return () => {
      this.#published.end(key, context);
      this.#cache.steps(key)?.drop(publisher);
    };
  }

  /** See {@link EventWritingStore}. Meant for adapters. */
  expectEvent(
    taskId: string,
    context: ServerCallContext,
    eventId: EventId,
  ): (fate: EventFate, cause?: unknown) => void {
    return this.#published.expect(this.#locate(taskId, context).key, eventId);
  }

  /** See {@link EventWritingStore}. Meant for adapters. */
  async writeEvents(
    taskId: string,
    context: ServerCallContext,
    write: EventWrite,
  ): Promise<EventWriteOutcome> {
    const place = this.#locate(taskId, context);
    const what = (): string => `Writing events of task ${abbreviate(taskId)}`;
    return this.#within(place, what, this.#saver.writeEvents(place, taskId, write));
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
    const scope = this.#scopeOf(context);
    return this.#within(
      { deadlineAt: this.#deadlineAt() },
      () => 'A list of tasks',
      this.#lister.list(scope, params),
    );
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
    if (this.#records.mustAsk) await this.#records.ask(this.#keys.unused);
    return (await this.#records.ttlMs(key)) !== NO_KEY;
  }

  /**
   * Deletes a task; a record that cannot be read, too.
   *
   * @returns Whether there was one. Errors as {@link save}.
   */
  async delete(taskId: string, context: ServerCallContext): Promise<boolean> {
    const place = this.#locate(taskId, context);
    return this.#within(
      place,
      () => `Deleting task ${abbreviate(taskId)}`,
      this.#saver.alone(place, async () => this.#delete(place, taskId)),
    );
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
    const place = this.#locate(taskId, context);
    for (let attempt = 1; attempt <= MOST_UPDATES; attempt += 1) {
      const base = await this.#readLatest(place.key, taskId, 'primary');
      if (base === undefined) throw new TaskNotFoundError(`Task not found: ${taskId}`);
      const draft = taskOf(base.snapshot);
      const mine = snapshotOf((await update(draft)) ?? draft, base.snapshot);
      requireUpdate(base.snapshot, mine);
      // How long the callback takes is the caller's affair.
      const change = { ...place, mine, deadlineAt: this.#deadlineAt() };
      const what = (): string => `Updating task ${abbreviate(taskId)}`;
      const written = await this.#within(change, what, this.#saver.replace(change, base));
      if (written !== undefined) return this.#saver.handOut(place.key, written);
    }
    throw new A2ARedisError(
      'WRITE_CONFLICT',
      `Task ${abbreviate(taskId)} changed during each of ${MOST_UPDATES} attempts to update it.`,
    );
  }

  /** A list that finds the mark looks whether the record still is there: nothing is left of a delete that was cut off. */
  async #delete({ scope, key }: { scope: Scope; key: string }, taskId: string): Promise<boolean> {
    if (this.#records.mustAsk) await this.#records.ask(this.#keys.unused);
    const mark = new PendingMark(this.#index, scope, taskId, this.#records.nextWriteId());
    await mark.set();
    const deleted = await this.#records.delete(key);
    this.#cache.forget(key);
    await this.#repair.index(scope, taskId);
    await mark.drop();
    return deleted;
  }

  /**
   * The task as the request left it that stores events which were written already, and more came after;
   * `undefined` for any other.
   *
   * @throws {A2ARedisError} `RUN_ENDED` or `EVENTS_LOST` where what the request is going to store is stored
   *   by nobody: told what others made of the task, it would skip that, and tell its client all the same.
   */
  async #stepOf(
    place: { readonly key: string; readonly deadlineAt: number },
    taskId: string,
    context: ServerCallContext,
  ): Promise<TaskStep | undefined> {
    const { key } = place;
    const reading = this.#published.reader(key, context);
    if (reading === undefined) return undefined;
    const what = (): string => `Loading task ${abbreviate(taskId)}`;
    const reader = await this.#within(place, what, reading);
    const step = this.#cache.steps(key)?.asOf(reader);
    const unstored = step === undefined ? this.#published.unstored(key, reader) : undefined;
    if (unstored === undefined) return step;
    throw notStored(taskId, unstored, this.#published.causeOf(key, reader));
  }

  /** A task as a request is to see it that stores the events of a run one by one; for others, as it is. */
  async #readAs(
    place: { readonly key: string; readonly deadlineAt: number },
    taskId: string,
    context: ServerCallContext,
  ): Promise<{ readonly step?: TaskStep; readonly record?: VersionedSnapshot | undefined }> {
    const step = await this.#stepOf(place, taskId, context);
    if (step !== undefined) return { step };
    const record = await this.#readLatest(place.key, taskId);
    const applied = record?.snapshot.events?.applied;
    if (applied === undefined || !this.#published.isBehind(place.key, context, applied)) {
      return { record };
    }
    // Its run wrote more while this was read.
    const later = await this.#stepOf(place, taskId, context);
    return later === undefined ? { record } : { step: later };
  }

  #readLatest(
    key: string,
    taskId: string,
    from: ReadFrom = this.readFrom,
  ): Promise<VersionedSnapshot | undefined> {
    return this.#reads.read(`${from} ${key}`, () => this.#writer.read(key, taskId, from));
  }

  /** Bounds a call that takes several steps, or waits for others; a single step has a deadline of its own. */
  #within<T>(
    { deadlineAt }: { deadlineAt: number },
    what: () => string,
    work: Promise<T>,
  ): Promise<T> {
    const describe = (): string => `${what()} within ${this.#deadlineMs} ms`;
    return withDeadline(this.#records.runtime, work, deadlineAt + GRACE_MS, describe);
  }

  #deadlineAt(): number {
    return this.#records.runtime.now() + this.#deadlineMs;
  }

  #locate(
    taskId: unknown,
    context: ServerCallContext,
  ): { scope: Scope; key: string; deadlineAt: number } {
    const id = requireId('The task id', taskId);
    const scope = this.#scopeOf(context);
    return { scope, key: this.#keys.record(scope, id), deadlineAt: this.#deadlineAt() };
  }
}

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
