import type { Random } from '../kernel/random.ts';
import type { Evicted, Fault, Profile, Settings } from './scenario.ts';

/** A fault as it will be, whenever that is. */
export type FaultWithoutMoment = Fault extends infer F
  ? F extends Fault
    ? Omit<F, 'at'>
    : never
  : never;

/** A fault of a kind. */
export function generateFault(
  random: Random,
  settings: Settings,
  profile: Profile,
): FaultWithoutMoment {
  const replica = random.integer(0, settings.replicas - 1);
  const { failoverMs } = settings;
  switch (profile) {
    case 'cut':
      return {
        kind: random.pick(['cut', 'cut-one']),
        replica,
        losesRequests: random.chance(0.5),
        noticedAfterMs: random.chance(0.8) ? random.between(0, 5) : random.spread(10, failoverMs),
      };
    case 'cut-off':
      return {
        kind: 'cut-off',
        replica,
        forMs: random.spread(100, 2.5 * failoverMs),
        noticedAfterMs: random.between(0, 5),
      };
    case 'stall':
      return {
        kind: 'stall',
        replica,
        direction: random.pick(['both', 'requests', 'replies']),
        forMs: random.spread(20, 2.5 * failoverMs),
      };
    case 'pause':
      return { kind: 'pause', replica, forMs: random.spread(20, 2.5 * failoverMs) };
    case 'kill':
      return {
        kind: 'kill',
        replica,
        restartsAfterMs: random.chance(0.6) ? random.spread(100, 5000) : undefined,
      };
    case 'close':
      return { kind: random.pick(['close', 'drain']), replica };
    case 'memory':
      return { kind: 'out-of-memory', forMs: random.spread(5, 12_000) };
    case 'failover':
      return {
        kind: 'failover',
        lagMs: random.spread(1, 500),
        forMs: random.spread(20, failoverMs),
      };
    case 'restart':
      return {
        kind: 'restart',
        keepsData: random.chance(0.8),
        forMs: random.spread(20, 2 * failoverMs),
      };
    case 'evict':
      return {
        kind: 'evict',
        which: random.pick<Evicted>(['lease', 'state', 'log', 'record', 'runs']),
      };
    case 'flush':
      return { kind: 'flush' };
    case 'scripts':
      return { kind: 'forget-scripts' };
    case 'clock':
      return random.chance(0.6)
        ? { kind: 'server-clock', byMs: random.pick([-1, 1]) * random.spread(100, 60_000) }
        : {
            kind: 'replica-clock',
            replica,
            rate: random.pick([0.97, 1, 1.03]),
            aheadMs: random.pick([-1, 1]) * random.spread(1, 60_000),
          };
    case 'calm':
      throw new RangeError('A calm scenario has no faults.');
    default:
      return profile satisfies never;
  }
}
