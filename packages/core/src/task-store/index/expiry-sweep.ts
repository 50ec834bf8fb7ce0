import { A2ARedisError } from '../../shared/errors.ts';
import { LruMap } from '../../shared/lru-map.ts';
import type { Scope } from '../../shared/scope.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { type ClaimedScope, scopeMember, type ScopeRegistry } from './scope-registry.ts';
import type { TaskIndex } from './task-index.ts';
import { PENDING_MARK_MS, type TaskRepair } from './task-repair.ts';
import { reportTaskEvent } from '../records/task-telemetry.ts';

/** A process looks for scopes that are due this often, if it saves anything. */
const STEP_EVERY_MS = 60_000;
/** How often a step asks for more scopes: the rest waits for the next one. */
const MOST_CLAIMS = 100;
/** A process notes a scope again after this time at most. */
const NOTE_EVERY_MS = 60_000;
/** Or after this part of the time to live. */
const NOTE_EVERY_PART = 0.1;
/** What a note stands for arrives within this time, also of the saves that need no note of their own. */
const NOTE_KEPT_MS = NOTE_EVERY_MS + PENDING_MARK_MS;
/** A scope that is forgotten here is only noted once more. */
const MOST_NOTED = 10_000;

/** What this process last noted of a scope. */
interface Noted {
  readonly dueAt: number;
  /** On the clock of the runtime that only goes forward. */
  readonly againAt: number;
}

/**
 * Takes expired tasks out of the index of scopes that nobody lists. Saves drive it, in the
 * background: without a timer there is nothing to close, and a process that is gone leaves the rest
 * to the others.
 */
export class ExpirySweep {
  readonly #runtime: Runtime;
  readonly #registry: ScopeRegistry;
  readonly #index: TaskIndex;
  readonly #repair: TaskRepair;
  readonly #noted = new LruMap<Noted>(MOST_NOTED);
  #nextStepAt = 0;
  #underWay = false;

  constructor(runtime: Runtime, registry: ScopeRegistry, index: TaskIndex, repair: TaskRepair) {
    this.#runtime = runtime;
    this.#registry = registry;
    this.#index = index;
    this.#repair = repair;
  }

  /**
   * To be called before each save; does what is due beside it. Never throws.
   *
   * @param expiresAt When the task expires, in milliseconds since the epoch; `undefined` where it does
   *   not, or where the index already says so.
   */
  beforeSave(scope: Scope, expiresAt: number | undefined): void {
    // The note is sent before the save, so that a process that dies in between leaves it behind.
    if (expiresAt !== undefined) this.#note(scope, expiresAt);
    if (this.#underWay || this.#runtime.now() < this.#nextStepAt) return;
    this.#underWay = true;
    this.#nextStepAt = this.#runtime.now() + STEP_EVERY_MS;
    void this.#step()
      .catch(report)
      .finally(() => {
        this.#underWay = false;
      });
  }

  #note(scope: Scope, expiresAt: number): void {
    const member = scopeMember(scope);
    const noted = this.#noted.get(member);
    const now = this.#runtime.now();
    if (noted !== undefined && now < noted.againAt && noted.dueAt <= expiresAt) return;
    const everyMs = Math.min(
      NOTE_EVERY_MS,
      (expiresAt - this.#runtime.wallClock()) * NOTE_EVERY_PART,
    );
    this.#noted.set(member, { dueAt: expiresAt, againAt: now + everyMs });
    this.#registry.note(scope, expiresAt, NOTE_KEPT_MS).catch((error: unknown) => {
      this.#noted.delete(member);
      report(error);
    });
  }

  /** Looks at all scopes that are due now, within bounds. */
  async #step(): Promise<void> {
    // One moment for all: what is put off to a later one does not come again in this step.
    const now = this.#runtime.wallClock();
    for (let count = 0; count < MOST_CLAIMS; count += 1) {
      const claimed = await this.#registry.claim(now);
      if (claimed.length === 0) return;
      for (const scope of claimed) {
        try {
          await this.#sweep(scope, now);
        } catch (error) {
          // A key that holds something else concerns one scope, a server that is away all of them.
          if (!concernsKey(error)) throw error;
          report(error);
        }
      }
    }
  }

  /** What is left undone here is looked at again when the claim has run out. */
  async #sweep(claimed: ClaimedScope, now: number): Promise<void> {
    const scope = this.#registry.scopeOf(claimed);
    const found = await this.#index.due(scope, now);
    await Promise.all(found.due.map((taskId) => this.#repair.index(scope, taskId)));
    await this.#repair.pending(scope, found.pending);
    const repaired = found.due.length > 0 || found.pending.length > 0;
    const left = repaired ? await this.#index.due(scope, now) : found;

    const seen = new Set(found.due);
    if (left.due.some((taskId) => !seen.has(taskId))) {
      await this.#registry.release(claimed, now);
      return;
    }
    // The entry of a record that cannot be read stays, and so does the mark of a recent write.
    const undone = left.due.length > 0 || (left.next === undefined && left.pending.length > 0);
    if (!undone) await this.#registry.release(claimed, left.next);
  }
}

function concernsKey(error: unknown): boolean {
  return (
    error instanceof A2ARedisError &&
    (error.code === 'CORRUPT_RECORD' || error.code === 'COMMAND_FAILED')
  );
}

function report(error: unknown): void {
  reportTaskEvent({ type: 'background-error', error });
}
