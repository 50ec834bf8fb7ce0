import fc from 'fast-check';
import { expect, it } from 'vitest';

import { leaseTimes } from './lease-times.ts';

const failover = fc.integer({ min: 500, max: 3_600_000 });

it('are these by default', () => {
  expect(leaseTimes(15_000)).toEqual({
    leaseMs: 13_650,
    idleLeaseMs: 30_000,
    renewMs: 1200,
    lookMs: 12_150,
    pauseMs: 12_450,
    graceMs: 9000,
  });
});

it('leave some of the failover time for ending the tasks, whenever a replica began and died', () => {
  fc.assert(
    fc.property(failover, (failoverMs) => {
      const { leaseMs, lookMs, renewMs } = leaseTimes(failoverMs);
      // Known to a look before; begun after it.
      expect(Math.max(leaseMs, lookMs + renewMs)).toBeLessThanOrEqual(failoverMs * 0.915);
    }),
  );
});

it('let no lease run out between two looks of an idle replica that would have been renewed', () => {
  fc.assert(
    fc.property(failover, (failoverMs) => {
      const { leaseMs, renewMs, lookMs, pauseMs } = leaseTimes(failoverMs);
      expect(lookMs).toBeLessThan(pauseMs);
      expect(pauseMs + renewMs).toBeLessThanOrEqual(leaseMs);
    }),
  );
});

it('have nobody look earlier for the sake of an idle replica', () => {
  fc.assert(
    fc.property(failover, (failoverMs) => {
      const { idleLeaseMs, lookMs } = leaseTimes(failoverMs);
      expect(idleLeaseMs).toBeGreaterThan(2 * lookMs);
    }),
  );
});
