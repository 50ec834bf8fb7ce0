import { detailedError } from '../../shared/detailed-error.ts';
import { A2ARedisError } from '../../shared/errors.ts';
import type { Scope } from '../../shared/scope.ts';
import type { EventWriteOutcome } from '../../event-ids/event-writing-store.ts';
import { backoffMs } from '../../redis/backoff.ts';
import type { CompanionCall } from '../../redis/script-companion.ts';
import { abbreviate } from '../../redis/script-runner.ts';
import { sleep } from '../../runtime/sleep.ts';
import type { ExpirySweep } from '../index/expiry-sweep.ts';
import { indexEntryOf, movesEntry } from '../index/index-entry.ts';
import { PendingMark } from '../index/pending-mark.ts';
import {
  NO_RECORD,
  type SnapshotCache,
  type VersionedSnapshot,
} from '../records/snapshot-cache.ts';
import type { TaskIndex } from '../index/task-index.ts';
import type {
  ReadFrom,
  ReadRecord,
  RecordWriteReply,
  TaskRecords,
} from '../records/task-records.ts';
import type { TaskRepair } from '../index/task-repair.ts';
import type { TaskSnapshot } from '../model/task-snapshot.ts';
import { reportTaskEvent } from '../records/task-telemetry.ts';
import { isTerminal } from '../../shared/state-kinds.ts';
import type { TtlPolicy } from '../index/ttl-policy.ts';
import type { UnknownWrites } from '../records/unknown-writes.ts';
import {
  type Attempt,
  firstAttempt,
  type IntendedWrite,
  isStored,
  isTakenBack,
  nextAttempt,
  NO_VERSION,
} from './write-attempt.ts';

/** Each failed attempt means that another writer succeeded; this many in a row is a fault. */
const MOST_ATTEMPTS = 100;

/** A task to be written. */
export interface TaskWrite extends IntendedWrite {
  readonly scope: Scope;
  readonly key: string;
  /** See {@link TaskRecords.nextWriteId}. */
  readonly writeId: string;
}

/** A change of whatever is stored of a task, and what is done in the same step. */
export interface CompanionWrite extends Pick<TaskWrite, 'scope' | 'key' | 'writeId'> {
  readonly taskId: string;
  /** Whose events are written. */
  readonly run: string | undefined;
  /** What is to be stored instead of what is; the same where there is nothing to change. */
  readonly change: (stored: TaskSnapshot | undefined) => TaskSnapshot | undefined;
  /** @param endsTask Whether the change brings the task into a terminal state. */
  readonly companion: (endsTask: boolean) => CompanionCall;
}

/** What is stored after a write; the version is `NO_VERSION` where others may have written since. */
export interface TaskWritten extends VersionedSnapshot {
  /** Whether it holds another writer's changes, too. */
  readonly merged: boolean;
  /** Whether there was nothing to be written: the event was stored before. */
  readonly isRepeated?: boolean | undefined;
}

/** What a writer works with. */
export interface WriterParts {
  readonly records: TaskRecords;
  readonly index: TaskIndex;
  readonly cache: SnapshotCache;
  readonly repair: TaskRepair;
  readonly ttl: TtlPolicy;
  readonly unknown: UnknownWrites;
  /** Looks after expired tasks; absent where none expires. */
  readonly sweep: ExpirySweep | undefined;
}

/** Writes tasks: a delta where the base is known, merged where others wrote meanwhile. */
export class TaskWriter {
  readonly #records: TaskRecords;
  readonly #index: TaskIndex;
  readonly #cache: SnapshotCache;
  readonly #repair: TaskRepair;
  readonly #ttl: TtlPolicy;
  readonly #unknown: UnknownWrites;
  readonly #sweep: ExpirySweep | undefined;

  constructor({ records, index, cache, repair, ttl, unknown, sweep }: WriterParts) {
    this.#records = records;
    this.#index = index;
    this.#cache = cache;
    this.#repair = repair;
    this.#ttl = ttl;
    this.#unknown = unknown;
    this.#sweep = sweep;
  }

  /** See {@link TaskRecords.nextWriteId}. */
  nextWriteId(): string {
    return this.#records.nextWriteId();
  }

  /**
   * Writes a task.
   *
   * @returns What is stored now; `undefined` when `onConflict` is `stop` and another writer was
   *   first. Nothing was written then.
   * @throws {A2ARedisError} `WRITE_CONFLICT`, `CORRUPT_RECORD`, or as `ScriptRunner.run`.
   */
  async write(write: TaskWrite): Promise<TaskWritten | undefined> {
    const mark = new PendingMark(this.#index, write.scope, write.mine.id, write.writeId);
    const { runtime } = this.#records;
    let attempt = firstAttempt(write, this.#cache.latest(write.key));
    for (let count = 1; count <= MOST_ATTEMPTS; count += 1) {
      if (isStored(write, attempt)) {
        await mark.drop();
        const { expected: version, target: snapshot } = attempt;
        return { version, snapshot, merged: true, isRepeated: true };
      }
      const reply = await this.#try(write, attempt, mark);
      if (reply.outcome === 'saved') {
        this.#unknown.settle(write.key);
        this.#saved(write.key, reply, attempt);
        // An earlier attempt would have moved the entry, and this one, after a merge, did not.
        await mark.drop();
        return { version: reply.version, snapshot: attempt.target, merged: attempt.merged };
      }
      if (reply.outcome === 'refused')
        throw new TypeError('A write without a companion is not refused.');
      if (reply.outcome === 'repeated') {
        // Others may have written since: what is stored is not known, only that the change is in it.
        this.#cache.forgetLatest(write.key);
        await this.#repair.index(write.scope, write.mine.id);
        await mark.drop();
        return { version: NO_VERSION, snapshot: attempt.target, merged: true };
      }
      if (write.onConflict === 'stop') {
        await mark.drop();
        return undefined;
      }
      this.#seen(write.key, reply.stored);
      attempt = nextAttempt(write, reply.stored);
      reportTaskEvent({ type: 'merge', key: write.key, attempt: count });
      if (count > 2) await sleep(runtime, backoffMs(count - 2, 2, 50, runtime.random()));
    }
    await mark.drop();
    throw conflicting(write.key, write.mine.id);
  }

  /**
   * Writes a change of whatever is stored, together with what a companion does.
   *
   * @returns `unchanged` where there was nothing to be written: the companion did nothing either.
   * @throws {A2ARedisError} As {@link write}.
   */
  async writeWith(write: CompanionWrite): Promise<EventWriteOutcome> {
    const { scope, key, taskId, change } = write;
    const mark = new PendingMark(this.#index, scope, taskId, write.writeId);
    const { runtime } = this.#records;
    const remembered = this.#cache.writtenBy(write.run, key);
    let stored = remembered;
    for (let count = 1; count <= MOST_ATTEMPTS; count += 1) {
      let base = sinceLoss(stored, remembered);
      let target = change(base?.snapshot);
      if (target === base?.snapshot && stored === remembered) {
        // What this process remembers may be of long ago.
        stored = await this.read(key, taskId);
        base = sinceLoss(stored, remembered);
        target = change(base?.snapshot);
      }
      const isComplete = stored === undefined || base === stored;
      if (target === undefined || (target === base?.snapshot && isComplete)) {
        await mark.drop();
        return { outcome: 'unchanged' };
      }
      const expected = stored?.version ?? NO_RECORD;
      const attempt = { expected, from: stored?.snapshot, target, merged: false };
      const endsTask = isTerminal(target.status) && !isTerminal(stored?.snapshot.status);
      const reply = await this.#try(write, attempt, mark, write.companion(endsTask));
      switch (reply.outcome) {
        case 'saved':
          // What was lost may have a higher version, where the server's clock is behind.
          if (base !== stored) this.#cache.forgetLatest(key);
          this.#saved(key, reply, attempt);
          if (write.run !== undefined) this.#cache.setRun(key, write.run);
          await mark.drop();
          return { outcome: 'written' };
        case 'repeated':
          this.#cache.forgetLatest(key);
          await this.#repair.index(scope, taskId);
          await mark.drop();
          return { outcome: 'written' };
        case 'refused':
          await mark.drop();
          return reply;
        case 'conflict':
          ({ stored } = reply);
          this.#seen(key, reply.stored);
          break;
        default:
          return reply satisfies never;
      }
      if (count > 2) await sleep(runtime, backoffMs(count - 2, 2, 50, runtime.random()));
    }
    await mark.drop();
    throw conflicting(key, taskId);
  }

  /** Reads what is stored, and remembers it. Errors as for {@link write}. */
  async read(
    key: string,
    taskId: string,
    from: ReadFrom = 'primary',
  ): Promise<VersionedSnapshot | undefined> {
    const known = this.#cache.latest(key);
    const record = await this.#records.read(key, taskId, { known, from });
    if (record === undefined) this.#cache.noteGone(key);
    else if (record !== known && 'size' in record) this.#seen(key, record);
    return record;
  }

  /** Notes what Redis said is stored. */
  #seen(key: string, stored: ReadRecord | undefined): void {
    this.#unknown.seen(key, stored?.writes ?? '');
    if (stored) this.#cache.setLatest(key, stored, stored.size);
  }

  /** Notes what is stored after a write. */
  #saved(
    key: string,
    { version, size }: { readonly version: string; readonly size: number },
    { from, target: snapshot }: Attempt,
  ): void {
    const before = from === undefined ? 0 : this.#cache.bytes(key);
    this.#cache.setLatest(key, { version, snapshot }, before + size);
  }

  async #try(
    write: Pick<TaskWrite, 'scope' | 'key' | 'writeId'>,
    attempt: Attempt,
    mark: PendingMark,
    companion?: CompanionCall,
  ): Promise<RecordWriteReply> {
    const { scope, key, writeId } = write;
    const { expected, from, target } = attempt;
    const ttlSeconds = this.#ttl.secondsFor(target.status);
    const expiresAt = this.#ttl.expiresAt(target.status, this.#records.runtime);
    const move =
      from === undefined || movesEntry(from, target)
        ? { entry: indexEntryOf(target), replaces: from && indexEntryOf(from), expiresAt }
        : undefined;
    const { layout } = this.#index;
    const apart = move && (await layout.find()) === 'cluster';

    this.#sweep?.beforeSave(scope, move && expiresAt !== 'never' ? expiresAt : undefined);
    if (move && apart) await mark.set();
    const index = move && !apart ? this.#index.change(scope, move) : undefined;
    const record = { key, expected, from, target, writeId, ttlSeconds, index, companion };
    let reply: RecordWriteReply;
    try {
      reply = await this.#records.write(record);
    } catch (error) {
      if (layout.learn(error)) return this.#try(write, attempt, mark, companion);
      // What is stored cannot be read, and nothing was written over it.
      if (error instanceof A2ARedisError && error.code === 'CORRUPT_RECORD') await mark.drop();
      throw error;
    }
    if (reply.outcome === 'saved' && move && (apart || reply.unexpectedRow !== '')) {
      const { unexpectedRow } = reply;
      await this.#index.put(scope, reply.version, { ...move, mark: mark.text }, unexpectedRow);
      mark.removed();
    }
    return reply;
  }
}

/**
 * What a record is to go on from. One that a failover took, or took back, is made anew of what this process
 * remembers of it.
 */
function sinceLoss(
  stored: VersionedSnapshot | undefined,
  remembered: VersionedSnapshot | undefined,
): VersionedSnapshot | undefined {
  if (stored === undefined || remembered === undefined) return stored ?? remembered;
  return isTakenBack(stored, remembered) ? remembered : stored;
}

function conflicting(key: string, taskId: string): A2ARedisError {
  const problem = `changed during each of ${MOST_ATTEMPTS} attempts to write it`;
  return detailedError('WRITE_CONFLICT', `Task ${abbreviate(taskId)} ${problem}.`, {
    detail: `Record ${abbreviate(key)} ${problem}.`,
  });
}
