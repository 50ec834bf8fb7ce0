import { A2ARedisError } from '../errors.ts';
import type { Scope } from '../keys/scope.ts';
import { backoffMs } from '../redis/backoff.ts';
import { abbreviate } from '../redis/script-runner.ts';
import { sleep } from '../runtime/sleep.ts';
import type { ExpirySweep } from './expiry-sweep.ts';
import { indexEntryOf, movesEntry } from './index-entry.ts';
import { PendingMark } from './pending-mark.ts';
import type { SnapshotCache, VersionedSnapshot } from './snapshot-cache.ts';
import type { TaskIndex } from './task-index.ts';
import type { RecordWriteReply, TaskRecords } from './task-records.ts';
import type { TaskRepair } from './task-repair.ts';
import { reportTaskEvent } from './task-telemetry.ts';
import type { TtlPolicy } from './ttl-policy.ts';
import type { UnknownWrites } from './unknown-writes.ts';
import {
  type Attempt,
  firstAttempt,
  type IntendedWrite,
  isStored,
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

/** What is stored after a write; the version is `NO_VERSION` where others may have written since. */
export interface TaskWritten extends VersionedSnapshot {
  /** Whether it holds another writer's changes, too. */
  readonly merged: boolean;
  /** Whether there was nothing to be written: the event was stored before. */
  readonly isRepeated?: boolean | undefined;
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

  constructor(
    records: TaskRecords,
    index: TaskIndex,
    cache: SnapshotCache,
    repair: TaskRepair,
    ttl: TtlPolicy,
    unknown: UnknownWrites,
    sweep: ExpirySweep | undefined,
  ) {
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
        const size = attempt.from === undefined ? 0 : this.#cache.bytes(write.key);
        this.#cache.setLatest(
          write.key,
          { version: reply.version, snapshot: attempt.target },
          size + reply.size,
        );
        // An earlier attempt would have moved the entry, and this one, after a merge, did not.
        await mark.drop();
        return { version: reply.version, snapshot: attempt.target, merged: attempt.merged };
      }
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
      this.#unknown.seen(write.key, reply.stored?.writes ?? '');
      if (reply.stored) this.#cache.setLatest(write.key, reply.stored, reply.stored.size);
      attempt = nextAttempt(write, reply.stored);
      reportTaskEvent({ type: 'merge', key: write.key, attempt: count });
      if (count > 2) await sleep(runtime, backoffMs(count - 2, 2, 50, runtime.random()));
    }
    await mark.drop();
    throw new A2ARedisError(
      'WRITE_CONFLICT',
      `Record ${abbreviate(write.key)} changed during each of ${MOST_ATTEMPTS} attempts to write it.`,
    );
  }

  async #try(write: TaskWrite, attempt: Attempt, mark: PendingMark): Promise<RecordWriteReply> {
    const { scope, key, writeId } = write;
    const { expected, from, target } = attempt;
    const ttlSeconds = this.#ttl.secondsFor(target.status);
    const expiresAt = this.#ttl.expiresAt(target.status, this.#records.runtime);
    const move =
      from === undefined || movesEntry(from, target)
        ? { entry: indexEntryOf(target), replaces: from && indexEntryOf(from), expiresAt }
        : undefined;
    const { apart } = this.#index;

    this.#sweep?.beforeSave(scope, move && expiresAt !== 'never' ? expiresAt : undefined);
    if (move && apart) await mark.set();
    const index = move && !apart ? this.#index.change(scope, move) : undefined;
    const record = { key, expected, from, target, writeId, ttlSeconds, index };
    let reply: RecordWriteReply;
    try {
      reply = await this.#records.write(record);
    } catch (error) {
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
