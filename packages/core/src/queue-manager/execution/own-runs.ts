import type { TaskStatus } from '@a2a-js/sdk';

import type { Runtime } from '../../runtime/runtime.ts';
import { LruMap } from '../../shared/lru-map.ts';
import { replicaOf, type TaskAddress } from '../state/queue-keys.ts';

/** Of how many runs that are over it is remembered how they ended. */
const MOST_ENDED = 128;
/** How far back a failover is taken to go: what was with Redis for longer has been replicated, in milliseconds. */
const REPLICATED_MS = 60_000;

/** How a run of this process came to its own end, or to where its task waits for its user. */
export interface EndedRun {
  readonly task: TaskAddress;
  readonly contextId: string;
  /** The last status that was accepted of it; `undefined` where there was none. */
  readonly status: TaskStatus | undefined;
  /** The counter of the last event that was accepted of it. */
  readonly counter: number;
  /** When that event was accepted, on the clock of the runtime. */
  readonly acceptedAt: number;
}

interface RememberedRun extends EndedRun {
  /** When it was compared with what Redis has; when its last event was accepted, at first. */
  readonly comparedAt: number;
  /** When its note was removed. */
  readonly leftAt: number;
}

/**
 * What this process executes: its runs from before they are noted until their notes are removed, and how
 * the latest of them ended. Redis may say otherwise where a failover took back its last writes.
 */
export class OwnRuns {
  readonly #runtime: Runtime;
  /** How others are told of each again. */
  readonly #present = new Map<string, () => Promise<void>>();
  readonly #ended = new LruMap<RememberedRun>(MOST_ENDED);
  /** When the last note of a run was removed. */
  #leftAt = Number.NEGATIVE_INFINITY;
  /** When a connection was last back after a loss. */
  #resumedAt = Number.NEGATIVE_INFINITY;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /**
   * A run is about to be noted.
   *
   * @param enterAgain Tells others of it again, where Redis has lost that.
   */
  begin(run: string, enterAgain: () => Promise<void>): void {
    this.#present.set(run, enterAgain);
    this.#ended.delete(run);
  }

  /**
   * The note of a run was removed.
   *
   * @param ended How it ended; absent where others have ended it, or it never began.
   */
  leave(run: string, ended?: EndedRun): void {
    if (this.#present.delete(run)) this.#leftAt = this.#runtime.now();
    this.#ended.delete(run);
    if (ended === undefined) return;
    this.#ended.set(run, { ...ended, comparedAt: ended.acceptedAt, leftAt: this.#runtime.now() });
  }

  /** Whether a run of this process is under way, or still being brought to its end. */
  has(run: string): boolean {
    return this.#present.has(run);
  }

  /** Whether nothing is under way, nor was for so long that a failover cannot take back what became of it. */
  get isQuiet(): boolean {
    return this.#present.size === 0 && this.#runtime.now() - this.#leftAt >= REPLICATED_MS;
  }

  /** How many runs are under way under a name. */
  count(replica: string): number {
    let count = 0;
    for (const run of this.#present.keys()) if (replicaOf(run) === replica) count += 1;
    return count;
  }

  /** Those runs under a name that are not among the noted: each tells others of itself again when it is called. */
  unnoted(replica: string, noted: ReadonlySet<string>): readonly (() => Promise<void>)[] {
    return [...this.#present.entries()]
      .filter(([run]) => replicaOf(run) === replica && !noted.has(run))
      .map(([, enterAgain]) => enterAgain);
  }

  /** How a run ended, where that is remembered. */
  ended(run: string): EndedRun | undefined {
    return this.#ended.get(run);
  }

  /** A connection was lost, and is back: what was written before may have been taken back. */
  resumed(): void {
    this.#resumedAt = this.#runtime.now();
  }

  /** Runs whose end may have been taken back, and that were not compared with what Redis has since. */
  doubtful(): readonly (readonly [string, EndedRun])[] {
    if (this.#resumedAt === Number.NEGATIVE_INFINITY) return [];
    return [...this.#ended.entries()].filter(
      ([, { leftAt, comparedAt }]) =>
        comparedAt <= this.#resumedAt && this.#resumedAt - leftAt < REPLICATED_MS,
    );
  }

  /** The end of a run was compared with what Redis has, and what was missing is there again. */
  compared(run: string): void {
    const ended = this.#ended.get(run);
    if (ended !== undefined) this.#ended.set(run, { ...ended, comparedAt: this.#runtime.now() });
  }
}
