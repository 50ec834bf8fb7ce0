import { Random } from '../kernel/random.ts';
import { type FaultWithoutMoment, generateFault } from './generate-fault.ts';
import {
  type Call,
  durationOf,
  type Fault,
  type Plan,
  type Profile,
  type Scenario,
  type Settings,
  type Step,
} from './scenario.ts';

/**
 * A scenario of long streams that several clients follow to their end, with faults in the midst of them:
 * what only shows where an event is always under way.
 */
export function generateDenseScenario(seed: number, profiles: readonly Profile[]): Scenario {
  const random = new Random(`dense ${seed}`);
  const settings = generateSettings(random.stream('settings'));
  const calls = generateCalls(random.stream('calls'), settings);
  const faults = generateFaults(random.stream('faults'), settings, calls, profiles);
  return { seed, settings, calls: calls.toSorted((one, other) => one.at - other.at), faults };
}

function generateSettings(random: Random): Settings {
  const manager = random.chance(0.6) ? 'streams' : 'pubsub';
  return {
    manager,
    replicas: random.chance(0.6) ? 2 : 3,
    failoverMs: random.pick([2000, 4000]),
    publishDeadlineMs: random.pick([3000, 30_000]),
    maxEventsPerTask: 10_000,
    maxMessageBytes: random.chance(0.8) ? 16_384 : 0,
    isSharded: manager === 'pubsub' && random.chance(0.2),
    layout: 'single',
    network: random.pick(['quick', 'uneven', 'slow']),
  };
}

/** One task or two: each is streamed, followed on every replica, and now and then canceled or told more. */
function generateCalls(random: Random, settings: Settings): readonly Call[] {
  const calls: Call[] = [];
  const add = (call: DistributiveOmit<Call, 'id' | 'user'>): void =>
    void calls.push({ ...call, id: calls.length, user: 'ann' });
  const replica = (): number => random.integer(0, settings.replicas - 1);
  const tasks = random.pick([1, 1, 2]);
  for (let count = 0; count < tasks; count += 1) {
    const at = random.between(0, 200);
    const task = calls.length;
    const isContinued = random.chance(0.35);
    const plan = generatePlan(random, settings, isContinued);
    const durationMs = durationOf(plan);
    const home = replica();
    add({ at, replica: home, kind: 'stream', plan, withWebhook: random.chance(0.3) });
    for (let follower = random.integer(1, 3); follower > 0; follower -= 1) {
      add({
        at: at + random.between(20, durationMs / 2),
        replica: replica(),
        kind: 'resubscribe',
        task,
      });
    }
    if (random.chance(0.25)) {
      add({
        at: at + random.between(20, durationMs),
        replica: (home + 1) % settings.replicas,
        kind: 'cancel',
        task,
      });
    }
    if (isContinued || random.chance(0.1)) {
      // Some meet the execution, and some two of them one another.
      const followsAt =
        at + (random.chance(0.8) ? durationMs + random.spread(5, 80) : durationMs / 2);
      for (let again = random.pick([1, 1, 2]); again > 0; again -= 1) {
        add({
          at: followsAt,
          replica: random.chance(0.5) ? home : replica(),
          kind: random.pick(['stream', 'send']),
          task,
          plan: generatePlan(random, settings, false),
          withWebhook: false,
        });
      }
    }
  }
  return calls;
}

type DistributiveOmit<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;

function generatePlan(random: Random, { failoverMs }: Settings, asks: boolean): Plan {
  const chunks = random.integer(8, 40);
  // Half of them go on until others may have taken the replica to be gone.
  const lastsMs = random.chance(0.5) ? random.between(100, 800) : failoverMs * random.between(1, 2);
  const steps: Step[] = [{ do: 'task' }, { do: 'work' }];
  for (let index = 0; index < chunks; index += 1) {
    if (random.chance(0.8)) {
      steps.push({ do: 'pause', ms: (lastsMs / chunks) * random.between(0.2, 2) });
    }
    steps.push({ do: 'chunk', artifact: 'a', size: 10 });
  }
  steps.push({ do: asks ? 'ask' : random.pick(['complete', 'complete', 'complete', 'fail']) });
  return { steps, hasOwnId: false, onCancel: random.pick(['obey', 'obey', 'ignore']) };
}

/** Faults as an execution begins, in the midst of it, and as it ends. */
function generateFaults(
  random: Random,
  settings: Settings,
  calls: readonly Call[],
  profiles: readonly Profile[],
): readonly Fault[] {
  const kinds = profiles.filter((profile) => profile !== 'calm');
  if (kinds.length === 0) return [];
  const streams = calls.filter((call) => 'plan' in call);
  const faults: Fault[] = [];
  for (let left = random.pick([1, 1, 2, 3]); left > 0; left -= 1) {
    const { at, plan, replica } = random.pick(streams);
    const lastsMs = durationOf(plan);
    const moment = {
      begin: random.spread(0.3, 20),
      midst: random.between(0, lastsMs),
      end: lastsMs + random.between(-20, 20),
    }[random.weighted({ begin: 3, midst: 4, end: 3 })];
    const generated = generateFault(random, settings, random.pick(kinds));
    const fault = random.chance(0.5) ? closelyTimed(random, settings, generated) : generated;
    // Those that meet the executing replica, and those that meet whoever listens.
    const isHome = 'replica' in fault && random.chance(0.5);
    faults.push({ at: Math.max(1, at + moment), ...fault, ...(isHome ? { replica } : {}) });
  }
  return faults.toSorted((one, other) => one.at - other.at);
}

/** As long as it takes until others act on it, and a little longer. */
function closelyTimed(
  random: Random,
  { failoverMs }: Settings,
  fault: FaultWithoutMoment,
): FaultWithoutMoment {
  return 'forMs' in fault ? { ...fault, forMs: failoverMs * random.between(0.9, 1.4) } : fault;
}
