import type { Task } from '@a2a-js/sdk';

import { Actor } from '../kernel/actor.ts';
import { Random } from '../kernel/random.ts';
import { Simulation } from '../kernel/simulation.ts';
import type { Latency } from '../network/line.ts';
import { Network } from '../network/network.ts';
import { ServerNode } from '../network/server-node.ts';
import { type Call, lastMomentOf, type Scenario, type Settings } from '../scenario/scenario.ts';
import { enteredRuns, eventsIn, indexedStates } from './accepted-events.ts';
import { Caller, contextOf } from './caller.ts';
import { applyFault } from './faults.ts';
import { useSimulatedGlobals } from './globals.ts';
import { History, textOfError } from './history.ts';
import { Replica, type ReplicaParts } from './replica.ts';
import { sentCall } from './sent-calls.ts';
import { describeCall } from './server-trace.ts';

const LATENCIES: Readonly<Record<Settings['network'], Latency>> = {
  quick: { leastMs: 0.1, mostMs: 0.5, slowMs: 2, slowShare: 0.01 },
  uneven: { leastMs: 0.1, mostMs: 1, slowMs: 60, slowShare: 0.1 },
  slow: { leastMs: 5, mostMs: 60, slowMs: 400, slowShare: 0.05 },
};
/** Within which time after the last disturbance everything must have come to rest, beside a failover. */
const REST_MS = 45_000;

/** How a task stood at the end. */
export interface StoredTask {
  readonly taskId: string;
  readonly user: string;
  readonly task: Task | undefined;
  readonly error: unknown;
}

/** A key of the server at the end. */
export interface LeftKey {
  readonly key: string;
  readonly expiresAt: number | undefined;
}

/** What a replica had that was alive at the end. */
export interface LivingReplica {
  readonly name: string;
  readonly timers: number;
  readonly connections: number;
}

/** What a simulation came to, for those who check it. */
export interface Outcome {
  readonly scenario: Scenario;
  readonly history: History;
  /** When the scenario began. */
  readonly beganAt: number;
  /** When the last disturbance was over, and when it was looked. */
  readonly disturbedUntil: number;
  readonly lookedAt: number;
  readonly tasks: readonly StoredTask[];
  /** The tasks that a list of each user shows; absent where it failed. */
  readonly lists: ReadonlyMap<string, readonly Task[] | undefined>;
  /** What was left while the replicas ran. */
  readonly keys: readonly LeftKey[];
  /** What was left when all of them had been closed. */
  readonly keysAfterClose: readonly LeftKey[];
  /** The replicas that were alive, and what they still had. */
  readonly alive: readonly LivingReplica[];
  /** The runs that a task's state names as being under way, of all tasks. */
  readonly enteredRuns: readonly string[];
  /** The tasks that the index shows in a state, as `<key> <member>`. */
  readonly indexed: readonly string[];
  readonly channels: readonly string[];
  readonly channelsAfterClose: readonly string[];
  /** Replicas whose `close` had not come to its end. */
  readonly unclosed: readonly string[];
  /** Replicas that had connections when they and their clients were closed. */
  readonly leftOpen: readonly string[];
  readonly events: number;
}

/** A cluster of replicas on one server, with clients, as a scenario says. */
export class World {
  readonly simulation: Simulation;
  readonly history: History;
  readonly network: Network;
  readonly node: ServerNode;
  readonly settings: Settings;
  readonly #scenario: Scenario;
  readonly #caller: Caller;
  readonly #parts: ReplicaParts;
  readonly #places: (Replica | undefined)[] = [];
  readonly #leftOpen: string[] = [];
  #started = 0;

  constructor(scenario: Scenario, isTraced: boolean) {
    this.#scenario = scenario;
    this.settings = scenario.settings;
    this.simulation = new Simulation(new Random(`run ${scenario.seed}`));
    this.history = new History(this.simulation, isTraced);
    const server = new Actor('server', this.simulation);
    this.node = new ServerNode(this.simulation, server, this.settings.layout === 'cluster');
    const latency = LATENCIES[this.settings.network];
    this.network = new Network(this.simulation, this.node, latency);
    this.node.onExecuted = (execution) => {
      this.history.accepted.push(...eventsIn(execution, this.node.redis, this.history));
      const sent = sentCall(execution, this.simulation.now);
      if (sent !== undefined) this.history.sent.push(sent);
      const line = isTraced ? describeCall(execution) : undefined;
      if (line !== undefined) this.history.note('server', line);
    };
    const calls = new Map<number, Call>(scenario.calls.map((call) => [call.id, call]));
    const { simulation, network, history, settings } = this;
    this.#parts = { simulation, network, history, settings, calls };
    this.#caller = new Caller(simulation, history, (place) => this.#places[place]);
  }

  /** Runs the scenario to its end, and looks at what came of it. */
  async run(): Promise<Outcome> {
    using _globals = useSimulatedGlobals(this.simulation, this.history);
    const { simulation, settings } = this;
    for (let place = 0; place < settings.replicas; place += 1) this.start(place);
    await simulation.run(1000);
    const beganAt = simulation.now;
    this.#caller.plan(this.#scenario.calls);
    for (const fault of this.#scenario.faults) {
      simulation.plan(simulation.outside, fault.at, () => {
        this.history.note('world', JSON.stringify(fault));
        applyFault(this, fault);
      });
    }
    const disturbedUntil = beganAt + lastMomentOf(this.#scenario);
    await simulation.run(disturbedUntil + REST_MS + 2 * settings.failoverMs);
    return await this.#look(beganAt, disturbedUntil);
  }

  /** Starts a process in a place. */
  start(place: number): void {
    this.#started += 1;
    const name = `${'ABCDE'.charAt(place)}${this.#started}`;
    const actor = new Actor(name, this.simulation);
    this.simulation.plan(actor, 0, () => {
      Replica.start(actor, this.#parts)
        .then((replica) => {
          this.#places[place] = replica;
          this.history.note(name, 'serves');
          return undefined;
        })
        .catch((error: unknown) => {
          this.history.trouble('unhandled', error);
        });
    });
  }

  replicaAt(place: number): Replica | undefined {
    return this.#places[place];
  }

  /** Ends a process at once. Whether there was one. */
  kill(place: number): boolean {
    const replica = this.#places[place];
    if (replica === undefined) return false;
    this.#places[place] = undefined;
    replica.actor.kill();
    this.network.drop(replica.actor);
    this.#caller.breakCalls(replica.actor);
    return true;
  }

  /** Ends a process in good order, after which it is gone. */
  close(place: number, drainMs: number | undefined): void {
    const replica = this.#places[place];
    if (replica === undefined || replica.isClosing) return;
    this.simulation.plan(replica.actor, 0, () => {
      replica
        .close(drainMs)
        .then(() => {
          this.history.note(replica.actor.name, 'is closed');
          if (this.#connectionsOf(replica.actor) > 0) this.#leftOpen.push(replica.actor.name);
          if (this.#places[place] === replica) this.#places[place] = undefined;
          // Answers that are ready go out before the process ends.
          this.simulation.plan(this.simulation.outside, 100, () => {
            replica.actor.kill();
            this.network.drop(replica.actor);
            this.#caller.breakCalls(replica.actor);
          });
          return undefined;
        })
        .catch((error: unknown) => {
          this.history.trouble('unhandled', error);
        });
    });
  }

  #connectionsOf(actor: Actor): number {
    return this.node.connections.filter(({ owner }) => owner === actor).length;
  }

  async #look(beganAt: number, disturbedUntil: number): Promise<Outcome> {
    const { simulation, node } = this;
    const lookedAt = simulation.now;
    const replicas = this.#places.filter((replica) => replica !== undefined);
    const alive = replicas.map(({ actor }) => ({
      name: actor.name,
      timers: actor.timerCount,
      connections: this.#connectionsOf(actor),
    }));
    const keys = this.#keys();
    const { channels } = node;
    const entered = enteredRuns(node.redis);
    const indexed = indexedStates(node.redis);
    const [reader] = replicas;
    const { tasks, lists } = await this.#read(reader);
    for (const place of this.#places.keys()) this.close(place, undefined);
    await simulation.run(simulation.now + 15_000);
    return {
      scenario: this.#scenario,
      history: this.history,
      beganAt,
      disturbedUntil,
      lookedAt,
      tasks,
      lists,
      keys,
      keysAfterClose: this.#keys(),
      alive,
      enteredRuns: entered,
      indexed,
      channels,
      channelsAfterClose: node.channels,
      unclosed: replicas.filter(({ isClosed }) => !isClosed).map(({ actor }) => actor.name),
      leftOpen: this.#leftOpen,
      events: simulation.count,
    };
  }

  /** Reads all tasks that anybody knows of. */
  async #read(reader: Replica | undefined): Promise<Pick<Outcome, 'tasks' | 'lists'>> {
    const tasks: StoredTask[] = [];
    const lists = new Map<string, readonly Task[] | undefined>();
    if (reader === undefined) return { tasks, lists };
    const owners = new Map<string, string>();
    const { history, simulation } = this;
    for (const { taskId, call } of history.executions) {
      const user = this.#parts.calls.get(call)?.user;
      if (user !== undefined) owners.set(taskId, user);
    }
    for (const { taskId, call } of history.calls) {
      if (taskId !== undefined && taskId !== '') owners.set(taskId, call.user);
    }
    let isOver = false;
    simulation.plan(reader.actor, 0, () => {
      void (async (): Promise<void> => {
        for (const [taskId, user] of owners) {
          try {
            const task = await reader.store.load(taskId, contextOf(user));
            tasks.push({ taskId, user, task, error: undefined });
          } catch (error) {
            tasks.push({ taskId, user, task: undefined, error });
          }
        }
        for (const user of new Set(owners.values())) {
          lists.set(user, await this.#listOf(reader, user));
        }
        isOver = true;
      })();
    });
    await simulation.run(simulation.now + 30_000, () => isOver);
    const read = new Set(tasks.map(({ taskId }) => taskId));
    for (const [taskId, user] of owners) {
      if (read.has(taskId)) continue;
      tasks.push({ taskId, user, task: undefined, error: new Error('It is still being read.') });
    }
    for (const user of owners.values()) {
      if (!lists.has(user)) lists.set(user, undefined);
    }
    return { tasks, lists };
  }

  /** The tasks that a user is shown; `undefined`, and why in the trace, where that fails. */
  async #listOf({ actor, store }: Replica, user: string): Promise<readonly Task[] | undefined> {
    const request = { pageSize: 100, includeArtifacts: true };
    try {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a request as JSON-RPC brings it, with fields left out
      const { tasks } = await store.list(request as never, contextOf(user));
      return tasks;
    } catch (error) {
      this.history.note(actor.name, `cannot list the tasks of ${user}: ${textOfError(error)}`);
      return undefined;
    }
  }

  #keys(): readonly LeftKey[] {
    return [...this.node.redis.keys()].map(({ key, expiresAt }) => ({ key, expiresAt }));
  }
}
