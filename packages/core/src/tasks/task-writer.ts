import { setTimeout as sleep } from 'node:timers/promises';

import { A2ARedisError } from '../errors.ts';
import type { Scope } from '../keys/scope.ts';
import { backoffMs } from '../redis/backoff.ts';
import { abbreviate } from '../redis/script-runner.ts';
import type { ExpirySweep } from './expiry-sweep.ts';
import { indexEntryOf, sameEntry } from './index-entry.ts';
import { PendingMark } from './pending-mark.ts';
import { NO_RECORD, type SnapshotCache, type VersionedSnapshot } from './snapshot-cache.ts';
import type { TaskIndex } from './task-index.ts';
import { mergeTasks } from './task-merge.ts';
import type { RecordWriteReply, TaskRecords } from './task-records.ts';
import type { TaskRepair } from './task-repair.ts';
import type { TaskSnapshot } from './task-snapshot.ts';
import { leavesTerminalState } from './task-state.ts';
import { reportTaskEvent } from './task-telemetry.ts';
import type { TtlPolicy } from './ttl-policy.ts';
import { baseAfter, type UnknownWrite, type UnknownWrites } from './unknown-writes.ts';

/** No record has this version: a write that expects it is told what is stored. */
const NO_VERSION = '-';
/** Each failed attempt means that another writer succeeded; this many in a row is a fault. */
const MOST_ATTEMPTS = 100;

/** A task to be written. */
export interface TaskWrite {
  readonly scope: Scope;
  readonly key: string;
  readonly mine: TaskSnapshot;
  /** See {@link TaskRecords.nextWriteId}. */
  readonly writeId: string;
  /**
   * What `mine` started from. Absent, the write overwrites whatever is stored. With a version and no
   * snapshot, the version tells whether anybody else wrote, and then nothing is dropped.
   */
  readonly base:
    | {
        readonly version: string;
        readonly snapshot: TaskSnapshot | undefined;
        readonly loaded: boolean;
        /** Earlier writes from the same base that got no reply. */
        readonly tried: readonly UnknownWrite[];
        /** Whether the state was terminal, where the snapshot does not tell. */
        readonly ended?: boolean | undefined;
      }
    | undefined;
  /** Whether a change by another writer is merged, or ends the write. */
  readonly onConflict: 'merge' | 'stop';
}

/** What is stored after a write. */
export interface TaskWritten extends VersionedSnapshot {
  /** Whether it holds another writer's changes, too. */
  readonly merged: boolean;
}

/** What the next attempt starts from. */
interface Attempt {
  readonly expected: string;
  readonly from: TaskSnapshot | undefined;
  readonly target: TaskSnapshot;
  readonly merged: boolean;
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
    let attempt = this.#firstAttempt(write);
    for (let count = 1; count <= MOST_ATTEMPTS; count += 1) {
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
        return { version: reply.version, snapshot: attempt.target, merged: true };
      }
      if (write.onConflict === 'stop') {
        await mark.drop();
        return undefined;
      }
      this.#unknown.seen(write.key, reply.stored?.writes ?? '');
      attempt = nextAttempt(write, reply.stored);
      reportTaskEvent({ type: 'merge', key: write.key, attempt: count });
      if (count > 2) await sleep(backoffMs(count - 2, 2, 50));
    }
    await mark.drop();
    throw new A2ARedisError(
      'WRITE_CONFLICT',
      `Record ${abbreviate(write.key)} changed during each of ${MOST_ATTEMPTS} attempts to write it.`,
    );
  }

  #firstAttempt(write: TaskWrite): Attempt {
    const { base, mine, key } = write;
    if (base === undefined) return { expected: '', from: undefined, target: mine, merged: false };
    const latest = this.#cache.latest(key);
    const moved = latest !== undefined && Number(latest.version) > Number(base.version);
    if (moved && write.onConflict === 'merge') {
      return mergedAttempt(write, latest);
    }
    if (base.loaded && base.ended && base.snapshot === undefined) {
      return { expected: NO_VERSION, from: undefined, target: mine, merged: false };
    }
    const target = base.loaded ? keepTerminal(base.snapshot, mine) : mine;
    return { expected: base.version, from: base.snapshot, target, merged: target !== mine };
  }

  async #try(write: TaskWrite, attempt: Attempt, mark: PendingMark): Promise<RecordWriteReply> {
    const { scope, key, writeId } = write;
    const { expected, from, target } = attempt;
    const entry = indexEntryOf(target);
    const replaces = from && indexEntryOf(from);
    const moves = replaces === undefined || !sameEntry(replaces, entry);
    const ttlSeconds = this.#ttl.secondsFor(target.status);
    const expiresAt = this.#ttl.expiresAt(target.status);
    const change = { entry, replaces, expiresAt };
    const { apart } = this.#index;

    this.#sweep?.beforeSave(scope, moves && expiresAt !== 'never' ? expiresAt : undefined);
    if (moves && apart) await mark.set();
    const index = moves && !apart ? this.#index.change(scope, change) : undefined;
    const reply = await this.#records
      .write({ key, expected, from, target, writeId, ttlSeconds, index })
      .catch(async (error: unknown) => {
        // What is stored cannot be read, and nothing was written over it.
        if (error instanceof A2ARedisError && error.code === 'CORRUPT_RECORD') await mark.drop();
        throw error;
      });
    if (reply.outcome === 'saved' && moves && (apart || reply.unexpectedRow !== '')) {
      const { unexpectedRow } = reply;
      await this.#index.put(scope, reply.version, { ...change, mark: mark.text }, unexpectedRow);
      mark.removed();
    }
    return reply;
  }
}

function nextAttempt(write: TaskWrite, stored: VersionedSnapshot | undefined): Attempt {
  // Nobody else wrote: what the write started from was asked for.
  if (stored !== undefined && stored.version === write.base?.version) {
    const target = keepTerminal(stored.snapshot, write.mine);
    const merged = target !== write.mine;
    return { expected: stored.version, from: stored.snapshot, target, merged };
  }
  if (stored !== undefined) return mergedAttempt(write, stored);
  // It was deleted, or it expired: the write makes it anew.
  return { expected: NO_RECORD, from: undefined, target: write.mine, merged: false };
}

function mergedAttempt({ base, mine }: TaskWrite, stored: VersionedSnapshot): Attempt {
  const started = base && baseAfter(base.snapshot, base.tried);
  const target = mergeTasks(started, mine, stored.snapshot);
  return { expected: stored.version, from: stored.snapshot, target, merged: true };
}

/** A writer that knew of the terminal state is late all the same: the state stays. */
function keepTerminal(from: TaskSnapshot | undefined, mine: TaskSnapshot): TaskSnapshot {
  return leavesTerminalState(from?.status, mine.status) ? { ...mine, status: from?.status } : mine;
}
