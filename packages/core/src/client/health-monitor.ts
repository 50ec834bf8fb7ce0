import { EventEmitter } from 'node:events';

import { checkNames, milliseconds, wholeNumber } from '../shared/check-options.ts';
import { type RuntimeTimer, systemRuntime } from '../runtime/runtime.ts';
import {
  type HealthLimits,
  nextHealth,
  type RedisHealth,
  type RedisHealthStatus,
  UNKNOWN_HEALTH,
} from './health-status.ts';
import { type PingableClient, Pinger } from './ping.ts';

/** Options of {@link RedisHealthMonitor}. */
export interface RedisHealthMonitorOptions {
  /**
   * Pause from the end of a check to the next, in milliseconds.
   * @default 10000
   */
  readonly intervalMs?: number | undefined;
  /**
   * How long a check waits for its reply, in milliseconds.
   * @default 2000, far more than a working server takes and less than a caller would wait
   */
  readonly deadlineMs?: number | undefined;
  /**
   * A reply that takes longer means `degraded`, in milliseconds.
   * @default 250
   */
  readonly degradedLatencyMs?: number | undefined;
  /**
   * Failures in a row that mean `unhealthy`; fewer mean `degraded`.
   * @default 3, so that one lost connection does not take a replica out of service
   */
  readonly unhealthyAfterFailures?: number | undefined;
}

const OPTION_NAMES: readonly (keyof RedisHealthMonitorOptions)[] = [
  'intervalMs',
  'deadlineMs',
  'degradedLatencyMs',
  'unhealthyAfterFailures',
];

/** A change of status. */
export interface RedisHealthStatusChange {
  readonly from: RedisHealthStatus;
  readonly to: RedisHealthStatus;
  readonly health: RedisHealth;
}

/** Events of a monitor, and what their listeners get. */
export interface RedisHealthMonitorEvents {
  /** After every check. */
  check: [health: RedisHealth];
  /** After a check that changed the status, before its `check`. */
  statusChange: [change: RedisHealthStatusChange];
}

/**
 * Watches a client with PINGs.
 *
 * It neither closes nor reconnects the client: node-redis reconnects by itself. Its timer does not
 * keep a process alive.
 */
export class RedisHealthMonitor extends EventEmitter<RedisHealthMonitorEvents> {
  readonly #pinger: Pinger;
  readonly #limits: HealthLimits;
  readonly #intervalMs: number;
  readonly #deadlineMs: number;
  #health = UNKNOWN_HEALTH;
  #running: Promise<RedisHealth> | undefined;
  #timer: RuntimeTimer | undefined;
  #isStarted = false;

  /**
   * @param client Any node-redis client.
   * @throws {A2ARedisError} `INVALID_OPTION`.
   */
  constructor(client: PingableClient, options: RedisHealthMonitorOptions = {}) {
    super();
    checkNames(options, OPTION_NAMES, '');
    const { intervalMs = 10_000, deadlineMs = 2000 } = options;
    const { degradedLatencyMs = 250, unhealthyAfterFailures = 3 } = options;
    this.#pinger = new Pinger(client);
    this.#intervalMs = milliseconds(intervalMs, 'intervalMs', 1);
    this.#deadlineMs = milliseconds(deadlineMs, 'deadlineMs', 1);
    this.#limits = {
      degradedLatencyMs: milliseconds(degradedLatencyMs, 'degradedLatencyMs', 0),
      unhealthyAfterFailures: wholeNumber(unhealthyAfterFailures, 'unhealthyAfterFailures', 1),
    };
  }

  /** What the last check found. */
  get health(): RedisHealth {
    return this.#health;
  }

  /** Checks now, and then again and again. Does nothing when started already. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#checkAndPlan();
  }

  /** Plans no more checks; one that is running still ends. Does nothing when not started. */
  stop(): void {
    this.#isStarted = false;
    this.#timer?.cancel();
  }

  /**
   * Checks now, started or not. A check that is running already is joined.
   *
   * @returns The health after the check; a check that fails is a result, not an error.
   */
  check(): Promise<RedisHealth> {
    this.#running ??= this.#check().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  async #check(): Promise<RedisHealth> {
    const check = await this.#pinger.ping(this.#deadlineMs);
    const { status: from } = this.#health;
    const health = nextHealth(this.#health, check, this.#limits);
    this.#health = health;
    if (health.status !== from) {
      this.#announce(() => this.emit('statusChange', { from, to: health.status, health }));
    }
    this.#announce(() => this.emit('check', health));
    return health;
  }

  /** A listener that throws must end neither the check nor the ones after it. */
  #announce(emit: () => void): void {
    try {
      emit();
    } catch (error) {
      process.emitWarning(`A listener of RedisHealthMonitor threw ${String(error)}`, {
        type: 'A2ARedisWarning',
        code: 'REDIS_HEALTH_LISTENER',
      });
    }
  }

  #checkAndPlan(): void {
    const plan = (): void => {
      // A stop and a start during the check have planned the next one already.
      this.#timer?.cancel();
      if (!this.#isStarted) return;
      this.#timer = systemRuntime.setTimer(() => this.#checkAndPlan(), this.#intervalMs);
      this.#timer.unref();
    };
    this.check().then(plan, plan);
  }
}
