import { describe, expect, it } from 'vitest';

import { A2ARedisError } from '../shared/errors.ts';
import { nextHealth, type RedisHealth, UNKNOWN_HEALTH } from './health-status.ts';
import type { RedisHealthCheck } from './ping.ts';

const limits = { degradedLatencyMs: 100, unhealthyAfterFailures: 3 };
const error = new A2ARedisError('UNAVAILABLE', 'PING: The client is offline');
const failed: RedisHealthCheck = { ok: false, error };
const answered = (latencyMs: number): RedisHealthCheck => ({ ok: true, latencyMs });

function after(...checks: readonly RedisHealthCheck[]): readonly RedisHealth[] {
  const all: RedisHealth[] = [];
  for (const check of checks) all.push(nextHealth(all.at(-1) ?? UNKNOWN_HEALTH, check, limits));
  return all;
}

describe('nextHealth', () => {
  it('counts failures in a row, and forgets them with the next reply', () => {
    const all = after(failed, failed, failed, failed, answered(1), failed);
    expect(all.map(({ status, consecutiveFailures }) => [status, consecutiveFailures])).toEqual([
      ['degraded', 1],
      ['degraded', 2],
      ['unhealthy', 3],
      ['unhealthy', 4],
      ['healthy', 0],
      ['degraded', 1],
    ]);
    expect(all.map((health) => health.error)).toEqual([
      error,
      error,
      error,
      error,
      undefined,
      error,
    ]);
  });

  it('is degraded by a slow reply, and healthy at the limit', () => {
    const all = after(answered(100), answered(101), answered(99));
    expect(all.map(({ status }) => status)).toEqual(['healthy', 'degraded', 'healthy']);
  });

  it('smooths the latency, and keeps it while there is none', () => {
    const all = after(answered(10), answered(60), failed);
    expect(all.map(({ latencyMs, smoothedLatencyMs }) => [latencyMs, smoothedLatencyMs])).toEqual([
      [10, 10],
      [60, 20],
      [60, 20],
    ]);
  });
});
