import type { Evicted, Fault } from '../scenario/scenario.ts';
import { QUEUES_PREFIX, TASKS_PREFIX } from './replica.ts';
import type { World } from './world.ts';

/** How long a process that ends in good order waits for what it has accepted, in milliseconds. */
const DRAIN_MS = 3000;

/** Keys that a full server may evict, by what they hold. */
const EVICTED: Readonly<Record<Evicted, RegExp>> = {
  lease: new RegExp(`^${QUEUES_PREFIX}\\{replicas\\}`),
  runs: new RegExp(`^${QUEUES_PREFIX}\\{run:`),
  state: new RegExp(`^${QUEUES_PREFIX}.*:state$`),
  log: new RegExp(`^${QUEUES_PREFIX}.*:log$`),
  record: new RegExp(`^${TASKS_PREFIX}\\{[^:}]*:[^:}]*:[^}]*\\}$`),
};

/** Brings a fault into a world. */
export function applyFault(world: World, fault: Fault): void {
  const { network, node, history, simulation } = world;
  const actor = 'replica' in fault ? world.replicaAt(fault.replica)?.actor : undefined;
  switch (fault.kind) {
    case 'cut':
      if (actor !== undefined) network.cut(actor, fault);
      break;
    case 'cut-one':
      if (actor !== undefined) network.cutOne(actor, fault);
      break;
    case 'cut-off':
      if (actor === undefined) break;
      network.cutOff(
        actor,
        { losesRequests: false, noticedAfterMs: fault.noticedAfterMs },
        fault.forMs,
      );
      break;
    case 'stall':
      if (actor !== undefined) network.stall(actor, fault.direction, fault.forMs);
      break;
    case 'pause':
      actor?.pause();
      simulation.plan(simulation.outside, fault.forMs, () => {
        actor?.resume();
      });
      break;
    case 'kill': {
      const isKilled = world.kill(fault.replica);
      const { restartsAfterMs } = fault;
      // One that was killed before, and starts again already, is not started twice.
      if (!isKilled || restartsAfterMs === undefined) break;
      simulation.plan(simulation.outside, restartsAfterMs, () => {
        if (world.replicaAt(fault.replica) === undefined) world.start(fault.replica);
      });
      break;
    }
    case 'close':
      world.close(fault.replica, undefined);
      break;
    case 'drain':
      world.close(fault.replica, DRAIN_MS);
      break;
    case 'out-of-memory':
      node.setOutOfMemory(true);
      simulation.plan(simulation.outside, fault.forMs, () => {
        node.setOutOfMemory(false);
      });
      break;
    case 'failover':
      failOver(world, fault);
      break;
    case 'restart':
      node.refuse(fault.forMs);
      if (!fault.keepsData) history.losses.push({ at: simulation.now, fault, keys: keysOf(world) });
      node.restart(fault.keepsData);
      break;
    case 'evict':
      evict(world, fault);
      break;
    case 'flush':
      history.losses.push({ at: simulation.now, fault, keys: keysOf(world) });
      node.flushAll();
      break;
    case 'forget-scripts':
      node.redis.execute(['SCRIPT', 'FLUSH']);
      break;
    case 'server-clock':
      node.stepClock(fault.byMs);
      break;
    case 'replica-clock':
      actor?.setClock(fault);
      break;
    default:
      fault satisfies never;
  }
}

/** The replica follows late for a while, and then takes over. */
function failOver(world: World, fault: Extract<Fault, { readonly kind: 'failover' }>): void {
  const { node, history, simulation } = world;
  node.lag(fault.lagMs);
  simulation.plan(simulation.outside, fault.lagMs, () => {
    node.refuse(fault.forMs);
    const lost = node.failOver();
    node.lag(1);
    history.note('world', `failover: ${lost.length} writes are lost`);
    // Each of them names its key first.
    const keys = new Set(lost.map(([, key = '']) => key));
    if (keys.size > 0) history.losses.push({ at: simulation.now, fault, keys });
  });
}

function evict(world: World, fault: Extract<Fault, { readonly kind: 'evict' }>): void {
  const { node, history, simulation } = world;
  const keys = [...keysOf(world)];
  const found = keys.filter((key) => EVICTED[fault.which].test(key)).toSorted(byCodePoint);
  if (found.length === 0) return;
  const key = simulation.random.stream(`evict ${fault.at}`).pick(found);
  history.note('world', `evicts ${key}`);
  node.redis.evict(key);
  history.losses.push({ at: simulation.now, fault, keys: new Set([key]) });
}

function keysOf({ node }: World): ReadonlySet<string> {
  return new Set([...node.redis.keys()].map(({ key }) => key));
}

function byCodePoint(one: string, other: string): number {
  return one < other ? -1 : 1;
}
