import { Random } from '../kernel/random.ts';
import { durationOf } from './scenario.ts';
import type { Call, Evicted, Fault, Plan, Profile, Scenario, Settings, Step } from './scenario.ts';

/** Within which time clients begin to call, in milliseconds. */
const BUSY_MS = 3000;
const USERS = ['ann', 'ann', 'ann', 'ben:{x}*'];
const HOSTILE = ['', '\u0000', '{"v":1}', 'null', 'z', '💥\n\r', 'a:b{c}*', '__proto__', '-nan'];

/**
 * A scenario of a few replicas and tasks: faults of protocols show in small ones.
 *
 * @param profiles The kinds of fault that may occur; `calm` alone brings none.
 */
export function generateScenario(seed: number, profiles: readonly Profile[]): Scenario {
  const random = new Random(`scenario ${seed}`);
  const settings = generateSettings(random.stream('settings'));
  const faults = generateFaults(random.stream('faults'), settings, profiles);
  const calls = generateCalls(random.stream('calls'), settings);
  const late = generateLateCalls(random.stream('late'), calls.length, faults);
  const all = [...calls, ...late].toSorted((one, other) => one.at - other.at);
  return { seed, settings, calls: all, faults };
}

/** Messages to a replica as it comes back from where a fault kept it. */
function generateLateCalls(random: Random, firstId: number, faults: readonly Fault[]): Call[] {
  const calls: Call[] = [];
  for (const fault of faults) {
    if (!('forMs' in fault && 'replica' in fault) || random.chance(0.5)) continue;
    calls.push({
      id: firstId + calls.length,
      at: fault.at + fault.forMs + random.spread(1, 4000),
      replica: fault.replica,
      user: 'ann',
      kind: random.weighted({ send: 1, stream: 1 }),
      plan: generatePlan(random, 'first'),
      withWebhook: random.chance(0.3),
    });
  }
  return calls;
}

function generateSettings(random: Random): Settings {
  const manager = random.chance(0.6) ? 'streams' : 'pubsub';
  return {
    manager,
    replicas: random.chance(0.6) ? 2 : 3,
    failoverMs: random.pick([2000, 4000, 15_000]),
    publishDeadlineMs: random.pick([3000, 30_000]),
    maxEventsPerTask: random.chance(0.9) ? 10_000 : 5,
    maxMessageBytes: random.chance(0.8) ? 16_384 : 0,
    isSharded: manager === 'pubsub' && random.chance(0.2),
    network: random.pick(['quick', 'quick', 'uneven', 'slow']),
  };
}

function generateCalls(random: Random, settings: Settings): readonly Call[] {
  const tasks = random.pick([1, 1, 1, 2, 2, 3]);
  const calls: Call[] = [];
  const base = (at: number): Pick<Call, 'id' | 'at' | 'replica'> => ({
    id: calls.length,
    at,
    replica: random.integer(0, settings.replicas - 1),
  });
  for (let task = 0; task < tasks; task += 1) {
    const at = random.between(0, BUSY_MS / 2);
    const user = random.pick(USERS);
    const first = calls.length;
    const isContinued = random.chance(0.35);
    const plan = generatePlan(random, isContinued ? 'asks' : 'first');
    calls.push({
      ...base(at),
      user,
      kind: random.weighted({ send: 2, stream: 5, 'send-now': 2 }),
      plan,
      withWebhook: random.chance(0.6),
      ...leaving(random),
    });
    // Few follow up while the first execution goes on: most streams of the SDK do not survive that.
    const followsAfter = random.chance(0.1) ? 0 : durationOf(plan) + 50;
    if (isContinued || random.chance(0.1)) {
      calls.push({
        ...base(at + followsAfter + random.spread(1, BUSY_MS / 3)),
        user,
        task: first,
        kind: random.weighted({ send: 2, stream: 2, 'send-now': 1 }),
        plan: generatePlan(random, 'continues'),
        withWebhook: false,
        ...leaving(random),
      });
    }
    const others = random.integer(1, 5);
    for (let index = 0; index < others; index += 1) {
      const later = { ...base(at + random.spread(1, BUSY_MS)), user, task: first };
      const kind = random.weighted({ resubscribe: 6, cancel: 1.5, get: 1, list: 0.5 });
      if (kind === 'resubscribe') calls.push({ ...later, kind, ...leaving(random) });
      else calls.push({ ...later, kind });
    }
  }
  return calls;
}

function leaving(random: Random): { readonly leavesAfterMs?: number } {
  return random.chance(0.15) ? { leavesAfterMs: random.spread(5, BUSY_MS) } : {};
}

/** What the execution is for: a first message, one after which the agent asks, or the answer to that. */
type Purpose = 'first' | 'asks' | 'continues';

function generatePlan(random: Random, purpose: Purpose): Plan {
  const steps: Step[] = [];
  if (purpose === 'first' && random.chance(0.04)) {
    return { ...generateRest(random), steps: [{ do: 'message' }] };
  }
  // The SDK streams nothing that does not begin with a task or a message.
  if (random.chance(0.97)) steps.push({ do: 'task' });
  if (random.chance(0.8)) steps.push({ do: 'work' });
  const isPaced = random.chance(0.7);
  const chunks = random.pick([0, 1, 2, 3, 5, 8, 12]);
  const artifact = purpose === 'continues' ? random.pick(['a', 'b']) : 'a';
  for (let index = 0; index < chunks; index += 1) {
    if (isPaced && random.chance(0.6)) steps.push({ do: 'pause', ms: random.spread(1, 400) });
    if (random.chance(0.05)) steps.push({ do: 'hostile', text: random.pick(HOSTILE) });
    else steps.push({ do: 'chunk', artifact, size: random.chance(0.03) ? 20_000 : 10 });
    if (random.chance(0.05)) steps.push({ do: 'work' });
  }
  if (random.chance(0.5)) steps.push({ do: 'pause', ms: random.spread(1, 2000) });
  if (random.chance(0.05)) steps.push({ do: 'authorise' }, { do: 'pause', ms: 50 });
  const end =
    purpose === 'asks'
      ? 'ask'
      : random.weighted({ complete: 10, ask: 2, fail: 1, throw: 1, none: 0.5 });
  if (end !== 'none') steps.push({ do: end });
  return { ...generateRest(random), steps };
}

function generateRest(random: Random): Pick<Plan, 'hasOwnId' | 'onCancel'> {
  return {
    hasOwnId: random.chance(0.02),
    onCancel: random.weighted({ obey: 8, ignore: 1, refuse: 1 }),
  };
}

function generateFaults(
  random: Random,
  settings: Settings,
  profiles: readonly Profile[],
): readonly Fault[] {
  const kinds = profiles.filter((profile) => profile !== 'calm');
  if (kinds.length === 0) return [];
  const count = random.pick([1, 1, 1, 2, 2, 3]);
  const faults = Array.from({ length: count }, () => {
    const at = random.between(20, BUSY_MS);
    return { at, ...generateFault(random, settings, random.pick(kinds)) };
  });
  return faults.toSorted((one, other) => one.at - other.at);
}

type FaultWithoutMoment = Fault extends infer F ? (F extends Fault ? Omit<F, 'at'> : never) : never;

function generateFault(random: Random, settings: Settings, profile: Profile): FaultWithoutMoment {
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
