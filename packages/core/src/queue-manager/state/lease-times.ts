/**
 * The times of leases that follow from the failover time, in milliseconds. With `F` for that time:
 *
 * - A replica that executes is noticed to be gone when its lease ends, 0.91 F after its last sign of life. The rest is for
 *   ending its tasks.
 * - An idle one looks every 0.81 F, or when the next lease ends if that is before. So whoever began to execute after its
 *   last look, and died, is found in time, though nobody was told of it.
 * - Redis may be away between two looks without anybody seeing it. A replica that lives has renewed its lease 0.08 F before
 *   that at the latest, so that it has not run out if Redis was away for less than 0.83 F. Two looks are closer than that.
 * - Nobody waits for an idle replica: its lease is so long that others need not look when it ends.
 */
export interface LeaseTimes {
  /** How long the lease of a replica that executes lasts. */
  readonly leaseMs: number;
  /** How long that of an idle one lasts. */
  readonly idleLeaseMs: number;
  /** How long a replica that executes waits at most between two renewals. */
  readonly renewMs: number;
  /** How long an idle one does. */
  readonly lookMs: number;
  /** After how long without an answer of Redis leases may have run out that would have been renewed. */
  readonly pauseMs: number;
  /** How long everybody has to renew their leases after that. */
  readonly graceMs: number;
}

/** The times for a failover time: see {@link LeaseTimes}. */
export function leaseTimes(failoverMs: number): LeaseTimes {
  const leaseMs = Math.round(failoverMs * 0.91);
  const renewMs = Math.round(failoverMs * 0.08);
  return {
    leaseMs,
    idleLeaseMs: failoverMs * 2,
    renewMs,
    lookMs: Math.round(failoverMs * 0.81),
    pauseMs: leaseMs - renewMs,
    graceMs: Math.round(failoverMs * 0.6),
  };
}
