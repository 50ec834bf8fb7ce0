import { eachAtOnce } from '../../shared/each-at-once.ts';
import type { FinisherServices } from '../execution/bus-services.ts';
import type { EndedRun } from '../execution/own-runs.ts';
import { replicaOf, type TaskAddress } from '../state/queue-keys.ts';
import { isBehind } from '../state/task-state.ts';
import type { TaskFinisher } from './task-finisher.ts';

/** How many runs are settled at once. */
const RUNS_AT_ONCE = 16;

/**
 * Settles runs of this process that Redis takes to go on, and this process does not: a failover took back
 * their end, or the removal of their note, or a note came late. Nobody else would look after them, as
 * the replica lives. Enters those again that go on, and that Redis has lost.
 */
export class OwnStrays {
  readonly #services: FinisherServices;
  readonly #finisher: TaskFinisher;
  readonly #settling = new Set<string>();
  /** Noted runs that are not executed here, as of the last look: a reply may have been late. */
  #suspected: ReadonlySet<string> = new Set();
  #isLooking = false;

  constructor(services: FinisherServices, finisher: TaskFinisher) {
    this.#services = services;
    this.#finisher = finisher;
  }

  /** Compares what is noted of this replica, and how its latest runs ended, with what this process knows. */
  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      await this.#compareEnds();
      await this.#compareNotes();
    } finally {
      this.#isLooking = false;
    }
  }

  /** Settles those of the runs of a task that are this process's, and are not executed here any more. */
  settle(task: TaskAddress, runs: readonly string[]): void {
    for (const run of runs) {
      if (this.#isStray(run)) this.#settle(task, run).catch(this.#services.onError);
    }
  }

  #isStray(run: string): boolean {
    const { lease, ownRuns } = this.#services;
    return replicaOf(run) === lease.replica && !ownRuns.has(run);
  }

  /** Only where a connection was lost since, something is read. */
  async #compareEnds(): Promise<void> {
    const { ownRuns, onError } = this.#services;
    await eachAtOnce(ownRuns.doubtful(), RUNS_AT_ONCE, async ([run, ended]) => {
      try {
        await this.#compareEnd(run, ended);
      } catch (error) {
        // It is compared with the next look, and the others are now.
        onError(error);
      }
    });
  }

  async #compareEnd(run: string, ended: EndedRun): Promise<void> {
    const { ownRuns, states } = this.#services;
    const state = await states.state(ended.task);
    const isLost =
      state.runs.includes(run) ||
      isBehind(state, run, ended.counter) ||
      (await this.#finisher.lacksEnd(ended));
    // What is published late goes on with a run that was paused.
    if (ownRuns.has(run)) return;
    if (isLost) await this.#settle(ended.task, run);
    ownRuns.compared(run);
  }

  async #compareNotes(): Promise<void> {
    const { lease, ownRuns, states, onError } = this.#services;
    const { replica } = lease;
    const count = await states.count(replica);
    if (count <= ownRuns.count(replica)) {
      this.#suspected = new Set();
      if (count < ownRuns.count(replica)) await this.#enterAgain(replica);
      return;
    }
    const noted = await states.of(replica);
    // A name that no run of it has is on the list for nothing, too.
    const strays = [...noted].filter(([run]) => !ownRuns.has(run));
    const again = strays.filter(([run]) => this.#suspected.has(run));
    this.#suspected = new Set(strays.map(([run]) => run));
    await eachAtOnce(again, RUNS_AT_ONCE, async ([run, note]) => {
      if (note === undefined) onError(await states.forgetDamaged(replica, run));
      else await this.#settle(note.task, run, note.contextId);
    });
  }

  /** Nobody else would find them, once this process is gone. */
  async #enterAgain(replica: string): Promise<void> {
    const { ownRuns, states } = this.#services;
    const noted = await states.noted(replica);
    await eachAtOnce(ownRuns.unnoted(replica, noted), RUNS_AT_ONCE, async (enterAgain) => {
      await enterAgain();
    });
  }

  async #settle(task: TaskAddress, run: string, contextId?: string): Promise<void> {
    if (this.#settling.has(run)) return;
    this.#settling.add(run);
    try {
      await this.#finisher.endStray(task, run, contextId);
    } finally {
      this.#settling.delete(run);
    }
  }
}
