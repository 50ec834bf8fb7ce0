import type { RedisHealthCheck } from './ping.ts';

/** `unknown` until the first check has ended. */
export type RedisHealthStatus = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

/** What a monitor knows after a check. */
export interface RedisHealth {
  readonly status: RedisHealthStatus;
  /** Time of the last PING that was answered, in milliseconds. */
  readonly latencyMs: number | undefined;
  /** The same smoothed: each check moves it by a fifth of the difference. */
  readonly smoothedLatencyMs: number | undefined;
  /** Checks that failed since the last that did not. */
  readonly consecutiveFailures: number;
  /** Why the last check failed; undefined when it did not. */
  readonly error: Error | undefined;
}

/** Where one status ends and the next begins. */
export interface HealthLimits {
  readonly degradedLatencyMs: number;
  readonly unhealthyAfterFailures: number;
}

export const UNKNOWN_HEALTH: RedisHealth = {
  status: 'unknown',
  latencyMs: undefined,
  smoothedLatencyMs: undefined,
  consecutiveFailures: 0,
  error: undefined,
};

const SMOOTHING = 0.2;

/** The health after one more check. */
export function nextHealth(
  before: RedisHealth,
  check: RedisHealthCheck,
  limits: HealthLimits,
): RedisHealth {
  if (!check.ok) {
    const consecutiveFailures = before.consecutiveFailures + 1;
    const isDown = consecutiveFailures >= limits.unhealthyAfterFailures;
    return {
      ...before,
      status: isDown ? 'unhealthy' : 'degraded',
      consecutiveFailures,
      error: check.error,
    };
  }
  const { latencyMs } = check;
  const smoothed = before.smoothedLatencyMs ?? latencyMs;
  return {
    status: latencyMs > limits.degradedLatencyMs ? 'degraded' : 'healthy',
    latencyMs,
    smoothedLatencyMs: smoothed + (latencyMs - smoothed) * SMOOTHING,
    consecutiveFailures: 0,
    error: undefined,
  };
}
