import type { A2ARedisError } from '../../shared/errors.ts';
import { isHopeless } from '../events/queue-errors.ts';
import type { FinisherServices, RunReconciler } from '../execution/bus-services.ts';
import { replicaOf, type TaskAddress } from '../state/queue-keys.ts';
import { OwnStrays } from './own-strays.ts';
import { TaskFinisher } from './task-finisher.ts';

/** How often the lease is renewed for each look at the own runs. */
const RENEWALS_PER_LOOK = 3;

/**
 * Brings tasks to where they should be, for whoever finds that one may not be there: a lease that ran out, a run
 * that was fenced or that gave up events, a subscriber's doubt, a cancel, a periodic look.
 *
 * Every call decides by what Redis has, and is safe to repeat, on any replica and any number of times.
 */
export class Reconciler implements RunReconciler {
  readonly #services: FinisherServices;
  readonly #finisher: TaskFinisher;
  readonly #strays: OwnStrays;
  #looks = 0;

  constructor(services: FinisherServices) {
    this.#services = services;
    this.#finisher = new TaskFinisher(services);
    this.#strays = new OwnStrays(services, this.#finisher);
  }

  /**
   * After each renewal of the lease: these replicas are gone, and this one compares its own runs, every third time. Where
   * it has none, nor had any of late, nothing of its can have come back.
   */
  look(expired: readonly string[]): void {
    const { onError, ownRuns } = this.#services;
    for (const replica of expired) this.#finisher.endReplica(replica).catch(onError);
    this.#looks += 1;
    if (this.#looks % RENEWALS_PER_LOOK === 0 && !ownRuns.isQuiet) {
      this.#strays.look().catch(onError);
    }
  }

  /** See {@link RunReconciler}. */
  async endUnstored(task: TaskAddress, run: string): Promise<void> {
    const { states, eventStore } = this.#services;
    if (eventStore === undefined) {
      await this.#finisher.endRuns(task, [run], 'unstored');
      return;
    }
    // It has come to its end, or would wait for its user, and what it gave up may have told so.
    await states.fence(task, run);
    await this.#finisher.tellLeft(task, [run]);
    await this.#finisher.endIdle(task, 'unstored');
    await states.forget(run);
  }

  /** See {@link RunReconciler}. */
  async settle(
    task: TaskAddress,
    run: string,
    reason: 'gone' | 'closed',
    contextId: string,
  ): Promise<boolean> {
    return this.#finisher.endRuns(task, [run], reason, contextId);
  }

  /** See {@link RunReconciler}. */
  present(task: TaskAddress, runs: readonly string[]): void {
    this.#strays.settle(task, runs);
  }

  /** See {@link RunReconciler}. */
  async orphaned(
    task: TaskAddress,
    runs: readonly string[],
    onHopeless: (error: A2ARedisError) => void,
  ): Promise<void> {
    if (runs.length === 0 || !(await this.#services.lease.areGone(runs.map(replicaOf)))) return;
    this.#finisher.endRuns(task, runs, 'gone').catch((error: unknown) => {
      this.#services.onError(error);
      if (isHopeless(error)) onHopeless(error);
    });
  }

  /**
   * Ends a task that is to be canceled.
   *
   * @param runs Of replicas that are gone; none where nobody executes the task.
   * @returns Whether nobody does.
   */
  async cancel(task: TaskAddress, runs: readonly string[]): Promise<boolean> {
    return runs.length > 0
      ? this.#finisher.endRuns(task, runs, 'canceled')
      : this.#finisher.endIdle(task, 'canceled');
  }
}
