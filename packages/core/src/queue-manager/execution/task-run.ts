import { type A2ARedisError, isClientClosed } from '../../shared/errors.ts';
import { backOff } from '../../redis/backoff.ts';
import type { BusServices } from './bus-services.ts';
import { EventPublisher } from './event-publisher.ts';
import type { ExecutingRequest } from './event-sender.ts';
import { LastingRefusal } from './lasting-refusal.ts';
import type { FencedBy, RedisTaskState } from '../state/task-state.ts';
import { replicaOf, type TaskAddress } from '../state/queue-keys.ts';
import { RunRegistration } from './run-registration.ts';

/**
 * What becomes of a run where others end it:
 *
 * - `fenced`: they have ended it.
 * - `settled`: since then, its task was brought to where it should be. `isIdle` says whether no other run of
 *   it goes on.
 * - `refused`: they are to end it, as Redis refuses this process for good what that takes.
 */
export type RunNews =
  | { readonly kind: 'fenced'; readonly by: FencedBy }
  | { readonly kind: 'settled'; readonly isIdle: boolean }
  | { readonly kind: 'refused'; readonly error: A2ARedisError };

/** Whether executions can go on under a name: not once its task waits for its user, or is about to. */
type Phase =
  | { readonly phase: 'going on' | 'paused' }
  | { readonly phase: 'pausing'; readonly paused: Promise<void> };

/**
 * One run: what this process executes and publishes of a task under one name, from the first execution
 * until the task waits for its user, or ends.
 */
export class TaskRun {
  /** The publisher of its events. */
  readonly name: string;
  readonly publisher: EventPublisher;
  readonly #services: BusServices;
  readonly #onNews: (news: RunNews) => void;
  readonly #registration: RunRegistration;
  #isFenced = false;
  #phase: Phase = { phase: 'going on' };
  /** What is being done about its end. */
  readonly #leaving = new Set<Promise<void>>();
  #isStopped = false;
  /** What is waited for before anything is sent, beside the events of an earlier run. */
  #entering: Promise<void> | undefined;

  /**
   * @param earlier The run that this one follows: its events go out first.
   * @param onNews Called with what becomes of it where others end it.
   */
  constructor(
    task: TaskAddress,
    services: BusServices,
    earlier: TaskRun | undefined,
    onNews: (news: RunNews) => void,
  ) {
    this.name = services.nextRun();
    // Only that it is settled is of interest: a run must not keep all runs before it in memory.
    const settled = earlier?.settled();
    this.#services = services;
    this.#onNews = onNews;
    const fenced = (by: FencedBy): void => {
      this.fence(by);
    };
    this.#registration = new RunRegistration(task, this.name, services, {
      onRefused: fenced,
      hasPublishedEnd: () => this.publisher.hasPublishedEnd,
    });
    this.publisher = new EventPublisher(task, this.name, services, {
      beforeFirst: async () => {
        await settled;
        await this.#entering;
      },
      beforeEnd: async () => {
        await this.#registration.register();
        this.#registration.ending();
      },
      onFenced: fenced,
    });
  }

  /** Whether executions can go on under this name: not once it was paused, or its replica taken to be gone. */
  get canGoOn(): boolean {
    if (this.#phase.phase !== 'going on' || this.isVoid) return false;
    return replicaOf(this.name) === this.#services.lease.replica;
  }

  /** Whether its events are not with Redis yet, or not in the task, or others do not know yet that it is over. */
  get isSending(): boolean {
    return this.publisher.isSending || this.isLeaving || this.#phase.phase === 'pausing';
  }

  /** Whether it has come to its end, or was ended, and its task is still being brought to where it should be. */
  get isLeaving(): boolean {
    return this.#leaving.size > 0;
  }

  /** Whether others know of it, and nobody has ended it by then. */
  get isRegistered(): boolean {
    return this.#registration.isRegistered;
  }

  /** Whether others may know of it, so that they end it when its replica is gone. */
  get isKnown(): boolean {
    return this.#registration.isKnown;
  }

  /** Whether it can never begin: what was to execute under its name can under another one. */
  get isVoid(): boolean {
    return this.#registration.isVoid;
  }

  /** See {@link RunRegistration.refusal}. */
  get refusal(): A2ARedisError | undefined {
    return this.#registration.refusal;
  }

  /** Says what executes under its name. */
  begin(request: ExecutingRequest): void {
    this.#registration.describe(request.contextId, request.task !== undefined);
    this.publisher.begin(request);
  }

  /** As {@link begin}, where what executes does not wait: nothing is sent before others could be told of it. */
  beginAtOnce(request: ExecutingRequest): void {
    this.begin(request);
    this.#entering = this.#enterAtOnce();
  }

  /**
   * Tries for as long as an event is tried. Where it can never begin, it is fenced: nobody else would look after what it
   * has published already, and another run cannot publish that once more.
   */
  async #enterAtOnce(): Promise<void> {
    const { runtime, limits } = this.#services;
    const giveUpAt = runtime.now() + limits.publishDeadlineMs;
    for (let attempt = 1; !this.#isStopped && !this.#isFenced; attempt += 1) {
      await this.register();
      if (this.isRegistered || runtime.now() >= giveUpAt) break;
      if (!this.#isFenced) await backOff(runtime, attempt, 50, 1000);
    }
    if (this.#isFenced) await Promise.all(this.#leaving);
  }

  /** Tells the other replicas of it, where they do not know. Resolves when they do, or cannot for now. */
  async register(): Promise<void> {
    await this.#registration.register();
    if (this.isVoid && this.#entering !== undefined) this.fence('fenced');
  }

  /** Tells them again, where Redis has lost that it goes on. */
  async enterWhereLost({ runs, fenced }: RedisTaskState): Promise<void> {
    if (runs.includes(this.name) || fenced.has(this.name)) return;
    await this.#registration.enterAgain();
  }

  /**
   * Others have ended it, or took its replica to be gone. Whoever that was may not come to end the task, or
   * need not: this process looks after it, too, because requests here wait for what comes of it.
   */
  fence(by: FencedBy): void {
    if (this.#isFenced) return;
    this.#isFenced = true;
    this.#registration.ending();
    let isIdle = false;
    const settled = this.#whileLeaving(async () => {
      isIdle = await this.#settle(by);
    });
    void settled.then(() => {
      this.#onNews({ kind: 'settled', isIdle });
      return undefined;
    });
    this.#onNews({ kind: 'fenced', by });
  }

  /** Ends it and leaves the task open, which waits for its user, once all events are with Redis. */
  async pause(): Promise<void> {
    if (this.#phase.phase === 'going on') {
      this.#phase = { phase: 'pausing', paused: this.#pause() };
    }
    await this.#paused();
  }

  /**
   * Says that nothing more comes. Other replicas need not look after the run any more, once its events
   * are in the task.
   *
   * @param onOver Called when that is so.
   */
  end(onOver: () => void): void {
    const leave = (): void => {
      void this.#whileLeaving(async () => this.#leave()).then(onOver);
    };
    this.publisher.end(leave, (error) => {
      this.#leaveToOthers(error);
    });
  }

  /** Resolves when all that was published is with Redis, or was given up. */
  async drained(): Promise<void> {
    await this.#registration.settled();
    await this.publisher.drained();
  }

  /** As {@link drained}, and where it is being paused, when it was. */
  async settled(): Promise<void> {
    await this.drained();
    // That may have begun meanwhile.
    await this.#paused();
  }

  /** As {@link settled}, and when nothing more is done about its end. */
  async over(): Promise<void> {
    await this.settled();
    await Promise.all(this.#leaving);
  }

  /** Gives up what is not with Redis yet, and sends nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.publisher.stop();
  }

  /** Resolves when it was paused, where it is about to be. */
  async #paused(): Promise<void> {
    if (this.#phase.phase === 'pausing') await this.#phase.paused;
  }

  async #pause(): Promise<void> {
    await this.drained();
    const isStoredAsSent = this.#services.eventStore !== undefined;
    await this.#persist(async () => {
      // What it gave up may have been its question: nobody can answer that.
      if (this.publisher.hasLost) {
        await this.#endUnstored();
        return;
      }
      await this.#registration.pause();
      if (isStoredAsSent) await this.#forget(this.publisher.accepted());
    });
    this.#phase = { phase: 'paused' };
    // Until requests have stored its events, others find its note where its replica is gone.
    if (!isStoredAsSent) void this.#whileLeaving(async () => this.#leave());
  }

  /** @returns Whether nothing of the task goes on, though it may not have come to its end. */
  async #settle(by: FencedBy): Promise<boolean> {
    const { task, contextId } = this.#registration;
    const { reconciler } = this.#services;
    const isIdle = by === 'fenced' && (await reconciler.settle(task, this.name, 'gone', contextId));
    await this.#forget();
    return isIdle;
  }

  async #leave(): Promise<void> {
    if (await this.publisher.stored()) await this.#forget(this.publisher.accepted());
    else await this.#endUnstored();
  }

  /** By its note, others would find what webhooks were not told of. */
  async #forget(ended?: ReturnType<EventPublisher['accepted']>): Promise<void> {
    const { scope, taskId } = this.#registration.task;
    await this.#services.webhooks.kept(scope, taskId);
    await this.#registration.forget(ended);
  }

  async #whileLeaving(work: () => Promise<void>): Promise<void> {
    const leaving = this.#persist(work);
    this.#leaving.add(leaving);
    try {
      await leaving;
    } finally {
      this.#leaving.delete(leaving);
    }
  }

  /** Ends the task, of which events were given up. */
  async #endUnstored(): Promise<void> {
    await this.#services.reconciler.endUnstored(this.#registration.task, this.name);
    this.#registration.left();
    this.publisher.stop();
  }

  /** Its note stays, by which those find it who may end it: the others would wait for this process as long as it lives. */
  #leaveToOthers(error: A2ARedisError): void {
    this.stop();
    this.#registration.abandon();
    this.#onNews({ kind: 'refused', error });
  }

  /** Tries as often as it takes: nobody else would, but where this process may not. */
  async #persist(work: () => Promise<void>): Promise<void> {
    const { runtime, limits, onError } = this.#services;
    const refusal = new LastingRefusal(runtime, limits.publishDeadlineMs);
    for (let attempt = 1; !this.#isStopped; attempt += 1) {
      try {
        await work();
        return;
      } catch (error) {
        onError(error);
        if (isClientClosed(error)) return;
        if (refusal.isFinal(error)) {
          this.#leaveToOthers(error);
          return;
        }
        await backOff(runtime, attempt, 500, 10_000);
      }
    }
  }
}
