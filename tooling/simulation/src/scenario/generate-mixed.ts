import { Random } from '../kernel/random.ts';
import { generateFault } from './generate-fault.ts';
import { durationOf } from './scenario.ts';
import type { Call, Fault, Plan, Profile, Scenario, Settings, Step } from './scenario.ts';

/** Within which time clients begin to call, in milliseconds. */
const BUSY_MS = 3000;
const USERS = ['ann', 'ann', 'ann', 'ben:{x}*'];
const HOSTILE = ['', '\u0000', '{"v":1}', 'null', 'z', '💥\n\r', 'a:b{c}*', '__proto__', '-nan'];

/** A scenario of a little of everything that clients and agents do. */
export function generateMixedScenario(seed: number, profiles: readonly Profile[]): Scenario {
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
    layout: 'single',
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
