import type { StoredPushNotificationConfig } from '@a2a-js/sdk/server';
import type { Runtime, RuntimeTimer } from '@a2a-redis/core/shared';

import { parseUrl } from '../posting/parse-url.ts';
import type { WebhookAnswer } from '../posting/webhook-poster.ts';
import { attempt, type AttemptParts, webhookIdOf } from './delivery-attempt.ts';
import { DeliveryCounts, type WorkerCounts } from './delivery-counts.ts';
import type { Delivery, DeliveryOutcome, DeliveryQueue } from './delivery-queue.ts';
import { type HostLoad, HostGates } from './host-gates.ts';
import { nextStep, type RetryLimits } from './retry-policy.ts';
import type { ClaimedTask, Schedule } from './schedule.ts';
import type { TaskConfigs } from './task-configs.ts';
import type { WakeMessages } from './wake-messages.ts';
import { WorkerSlots } from './worker-slots.ts';

/** How many tasks are claimed at once, and how many lanes of one are taken at once. */
const MOST_TASKS = 16;
const MOST_LANES = 8;
/** How many events of a lane go out before others have their turn. */
const EVENTS_A_TURN = 16;
/** For so long, configs that were read are not read again within a turn, in milliseconds. */
const CONFIGS_KEPT_MS = 1000;
/** The part of a lease that an attempt may take: the rest is for saying what became of it. */
const LEASE_SHARE = 0.8;
/** The part of a lease for which a delivery waits for its host. */
const PATIENCE_SHARE = 0.3;
/** The pauses of a host that fails are no longer than those of one delivery, nor than these, in milliseconds. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/** After a look that failed, the next one comes so much later, in milliseconds. */
const PAUSE_AFTER_FAULT_MS = 1000;

/** How deliveries are made. */
export interface WorkerLimits {
  readonly concurrency: number;
  readonly concurrencyPerHost: number;
  readonly leaseMs: number;
  readonly lookMs: number;
  readonly retry: RetryLimits;
}

/** What a worker is made of. */
export interface WorkerParts extends AttemptParts {
  readonly queue: Pick<DeliveryQueue, 'take' | 'finish'>;
  readonly schedule: Pick<Schedule, 'claim'>;
  /** Absent where nothing is delivered. */
  readonly messages: Pick<WakeMessages, 'listen' | 'close'> | undefined;
  readonly configs: Pick<TaskConfigs, 'load'>;
}

/** What a process does about what waits. */
export interface WorkerLoad {
  /** How many deliveries it has in flight. */
  readonly inFlight: number;
  readonly attempts: WorkerCounts;
  /** By name. */
  readonly hosts: readonly HostLoad[];
}

/** A config, and the host that it names: empty where it names none. */
interface KnownConfig {
  readonly stored: StoredPushNotificationConfig;
  readonly host: string;
}

/** A task that was claimed, and what is known of its configs. */
interface Turn {
  readonly claimed: ClaimedTask;
  configs: ReadonlyMap<string, KnownConfig>;
  configsReadAt: number;
}

/**
 * Delivers what is due: looks when it is woken by its own process or by a message of another one, when something becomes
 * due, and now and then, for what nobody told.
 */
export class DeliveryWorker {
  readonly #runtime: Runtime;
  readonly #parts: WorkerParts;
  readonly #limits: WorkerLimits;
  readonly #slots: WorkerSlots;
  readonly #gates: HostGates;
  readonly #stopping = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  readonly #counts = new DeliveryCounts();
  #phase: 'new' | 'running' | 'draining' | 'closed' = 'new';
  /** When there is something to look for, on the clock of the runtime. */
  #lookAt = 0;
  /** Whether something due may have been passed over for want of slots: each that gets free has it looked for. */
  #isHungry = false;
  #pause: { readonly timer: RuntimeTimer; readonly end: () => void } | undefined;

  constructor(parts: WorkerParts, limits: WorkerLimits) {
    this.#runtime = parts.runtime;
    this.#parts = parts;
    this.#limits = limits;
    this.#slots = new WorkerSlots(limits.concurrency);
    const { concurrencyPerHost, leaseMs, retry } = limits;
    this.#gates = new HostGates(parts.runtime, {
      perHost: concurrencyPerHost,
      patienceMs: leaseMs * PATIENCE_SHARE,
      firstPauseMs: Math.min(FIRST_PAUSE_MS, retry.baseMs),
      longestPauseMs: Math.min(LONGEST_PAUSE_MS, retry.maxMs),
    });
  }

  /** Whether it takes what becomes due in this process. */
  get isFree(): boolean {
    return this.#phase === 'running' && this.#slots.free > 0;
  }

  /** @param tenant As keys have it; absent for all. */
  load(tenant?: string): WorkerLoad {
    return {
      inFlight: tenant === undefined ? this.#slots.taken : this.#slots.heldBy(tenant),
      attempts: this.#counts.of(tenant),
      hosts: this.#gates.loads(tenant),
    };
  }

  start(): void {
    if (this.#phase !== 'new') return;
    this.#phase = 'running';
    this.#parts.messages?.listen((word) => {
      // Of what others could not take, either, a hungry one has had its share.
      if (word === 'due' || !this.#isHungry) this.wake();
    });
    void this.#run();
  }

  /** Something becomes due, at once or in so many milliseconds. */
  wake(inMs = 0): void {
    // The clock of the server and timers are of whole milliseconds.
    const at = inMs > 0 ? this.#runtime.now() + inMs + 1 : 0;
    if (at >= this.#lookAt) return;
    this.#lookAt = at;
    this.#pause?.end();
  }

  /** Takes nothing more, and waits until what is in flight has ended. */
  async drain(): Promise<void> {
    if (this.#phase !== 'closed') this.#phase = 'draining';
    this.#pause?.end();
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Ends the attempts that are in flight, and hands over what they were of. */
  async close(): Promise<void> {
    this.#phase = 'closed';
    this.#stopping.abort();
    this.#gates.close();
    await this.drain();
    await this.#parts.messages?.close();
  }

  async #run(): Promise<void> {
    while (this.#phase === 'running') {
      this.#lookAt = this.#runtime.now() + this.#limits.lookMs;
      try {
        await this.#look();
      } catch (error) {
        this.#parts.onError(error);
        this.wake(PAUSE_AFTER_FAULT_MS);
      }
      await this.#untilLook();
    }
  }

  /** Takes what is due. */
  async #look(): Promise<void> {
    const count = Math.min(MOST_TASKS, this.#slots.free);
    const wasHungry = this.#isHungry;
    this.#isHungry = true;
    if (count === 0) return;
    const { forNewcomer } = this.#slots;
    const shares = { forNewcomer, others: this.#slots.allowances() };
    const { leaseMs } = this.#limits;
    const { tasks, isMoreDue, nextInMs } = await this.#parts.schedule.claim(
      count,
      shares,
      leaseMs,
      !wasHungry,
    );
    // What is left may be of tenants that may hold no more for now.
    this.#isHungry = isMoreDue;
    for (const { tenant } of tasks) this.#slots.hold(tenant);
    for (const claimed of tasks) {
      const work = this.#work(claimed).catch(this.#parts.onError);
      this.#underWay.add(work);
      void work.then(() => this.#underWay.delete(work));
    }
    if (isMoreDue && tasks.length > 0) this.wake();
    else if (nextInMs !== undefined) this.wake(nextInMs);
  }

  async #work(claimed: ClaimedTask): Promise<void> {
    const { tenant } = claimed;
    const slots = 1 + this.#slots.take(tenant, MOST_LANES - 1);
    let left = slots;
    const leave = (count: number): void => {
      this.#slots.leave(tenant, count);
      left -= count;
      if (this.#isHungry) this.wake();
    };
    try {
      const takenAt = this.#runtime.now();
      const { deliveries, nextInMs } = await this.#parts.queue.take(claimed, slots);
      if (nextInMs !== undefined) this.wake(nextInMs);
      leave(slots - deliveries.length);
      const turn: Turn = {
        claimed,
        configs: new Map(),
        configsReadAt: Number.NEGATIVE_INFINITY,
      };
      await Promise.all(
        deliveries.map(async (delivery) => {
          try {
            await this.#deliverTurn(turn, delivery, takenAt);
          } catch (error) {
            this.#parts.onError(error);
          } finally {
            leave(1);
          }
        }),
      );
    } finally {
      if (left > 0) leave(left);
    }
  }

  /** Delivers one event of a lane after the other, as long as each arrives at once. */
  async #deliverTurn(turn: Turn, first: Delivery, firstTakenAt: number): Promise<void> {
    let delivery = first;
    let takenAt = firstTakenAt;
    for (let count = 1; ; count += 1) {
      const outcome = await this.#deliver(turn, delivery, takenAt);
      const goesOn = this.#phase === 'running' && count < EVENTS_A_TURN;
      takenAt = this.#runtime.now();
      const finished = await this.#parts.queue.finish(turn.claimed, delivery, outcome, goesOn);
      this.#count(turn.claimed.tenant, finished === 'stale' ? 'stale' : outcome.kind);
      if (finished === 'stale') return;
      const { next, nextInMs } = finished;
      if (nextInMs !== undefined) this.wake(nextInMs);
      if (next === undefined) return;
      delivery = next;
    }
  }

  async #deliver(turn: Turn, delivery: Delivery, takenAt: number): Promise<DeliveryOutcome> {
    const config = await this.#configOf(turn, delivery);
    if (config === 'unknown') {
      return this.#outcomeOf(delivery, {
        kind: 'retry',
        reason: 'The push-notification config could not be read.',
      });
    }
    if (config === undefined) return { kind: 'unregistered' };
    const { stored, host } = config;
    const { tenant } = turn.claimed;
    const admission = await this.#gates.enter(host, tenant);
    if (this.#stopping.signal.aborted) {
      if (admission === 'admitted') this.#gates.leave(host, tenant, 'none');
      return { kind: 'release' };
    }
    if (admission !== 'admitted') return { kind: 'defer', inMs: admission.inMs };
    const answer = await this.#attempt(delivery, stored, takenAt);
    if (answer === undefined || this.#stopping.signal.aborted) {
      this.#gates.leave(host, tenant, 'none');
      return answer?.kind === 'delivered' ? { kind: 'delivered' } : { kind: 'release' };
    }
    this.#gates.leave(host, tenant, answer.kind === 'retry' ? 'failed' : 'answered');
    return this.#outcomeOf(delivery, answer);
  }

  /** `undefined` where the lease is over, or was too short. */
  async #attempt(
    delivery: Delivery,
    stored: StoredPushNotificationConfig,
    takenAt: number,
  ): Promise<WebhookAnswer | undefined> {
    const endsAt = takenAt + this.#limits.leaseMs * LEASE_SHARE;
    if (endsAt <= this.#runtime.now()) return undefined;
    return attempt(this.#parts, delivery, stored, { signal: this.#stopping.signal, endsAt });
  }

  #outcomeOf(delivery: Delivery, answer: WebhookAnswer): DeliveryOutcome {
    const step = nextStep(answer, delivery, this.#limits.retry, this.#runtime.random());
    if (step.kind === 'delivered') return { kind: 'delivered' };
    const { kind, inMs, reason } = step;
    if (kind === 'retry') return { kind, inMs, reason };
    return { kind, inMs, reason, status: answer.status, id: webhookIdOf(delivery) };
  }

  async #configOf(
    turn: Turn,
    { task, configId }: Delivery,
  ): Promise<KnownConfig | undefined | 'unknown'> {
    const now = this.#runtime.now();
    if (now - turn.configsReadAt > CONFIGS_KEPT_MS) {
      try {
        const configs = await this.#parts.configs.load(task);
        turn.configs = new Map([...configs].map(([id, stored]) => [id, withHost(stored)]));
        turn.configsReadAt = now;
      } catch (error) {
        this.#parts.onError(error);
        return 'unknown';
      }
    }
    return turn.configs.get(configId);
  }

  #count(tenant: string, kind: DeliveryOutcome['kind'] | 'stale'): void {
    if (kind === 'delivered' || kind === 'dead' || kind === 'stale') this.#counts.add(tenant, kind);
    if (kind === 'retry') this.#counts.add(tenant, 'retried');
  }

  async #untilLook(): Promise<void> {
    for (;;) {
      const leftMs = this.#lookAt - this.#runtime.now();
      if (leftMs <= 0 || this.#phase !== 'running') return;
      await new Promise<void>((resolve) => {
        const end = (): void => {
          timer.cancel();
          this.#pause = undefined;
          resolve();
        };
        const timer = this.#runtime.setTimer(end, leftMs);
        timer.unref();
        this.#pause = { timer, end };
      });
    }
  }
}

function withHost(stored: StoredPushNotificationConfig): KnownConfig {
  return { stored, host: parseUrl(stored.config.url)?.host ?? '' };
}
