import type { Actor } from '../kernel/actor.ts';
import type { Random } from '../kernel/random.ts';
import type { Simulation } from '../kernel/simulation.ts';
import { type Break, Connection, type ConnectionEvents } from './connection.ts';
import type { Latency } from './line.ts';
import type { ServerNode } from './server-node.ts';

/** How an attempt to connect ends. */
export interface ConnectAttempt {
  readonly onConnected: (connection: Connection) => void;
  readonly onRefused: () => void;
}

interface Route {
  /** Nothing gets through until then. */
  stalledUntil: number;
  /** Attempts to connect are refused until then. */
  refusedUntil: number;
}

/** The network between processes and a server. */
export class Network {
  readonly node: ServerNode;
  readonly #simulation: Simulation;
  readonly #random: Random;
  readonly #latency: Latency;
  readonly #routes = new Map<Actor, Route>();
  #count = 0;

  constructor(simulation: Simulation, node: ServerNode, latency: Latency) {
    this.#simulation = simulation;
    this.node = node;
    this.#random = simulation.random.stream('network');
    this.#latency = latency;
  }

  /** Connects a process: accepted or refused after a moment; without an answer while nothing gets through. */
  connect(owner: Actor, events: ConnectionEvents, attempt: ConnectAttempt): void {
    this.#count += 1;
    const random = this.#random.stream(`${owner.name} ${this.#count}`);
    const route = this.#routeOf(owner);
    const { leastMs, mostMs } = this.#latency;
    const roundTripMs = 2 * random.between(leastMs, mostMs);
    const waitMs = Math.max(0, route.stalledUntil - this.#simulation.now) + roundTripMs;
    this.#simulation.plan(owner, waitMs, () => {
      if (!this.node.accepts || this.#simulation.now < route.refusedUntil) {
        attempt.onRefused();
        return;
      }
      const connection = new Connection(
        this.#simulation,
        owner,
        this.node,
        random,
        this.#latency,
        events,
      );
      this.node.welcome(connection);
      attempt.onConnected(connection);
    });
  }

  /** Breaks the connections of a process. */
  cut(owner: Actor, how: Break): void {
    for (const connection of this.#connectionsOf(owner)) connection.break(how);
  }

  /** Breaks one connection of a process. */
  cutOne(owner: Actor, how: Break): void {
    const connections = this.#connectionsOf(owner);
    if (connections.length > 0) this.#random.pick(connections).break(how);
  }

  /** Nothing of a process gets through for so long. */
  stall(owner: Actor, direction: 'both' | 'requests' | 'replies', forMs: number): void {
    if (direction === 'both') {
      const route = this.#routeOf(owner);
      route.stalledUntil = Math.max(route.stalledUntil, this.#simulation.now + forMs);
    }
    for (const connection of this.#connectionsOf(owner)) connection.stall(direction, forMs);
  }

  /** Cuts a process off: what it has breaks, and new connections are refused for so long. */
  cutOff(owner: Actor, how: Break, forMs: number): void {
    const route = this.#routeOf(owner);
    route.refusedUntil = Math.max(route.refusedUntil, this.#simulation.now + forMs);
    this.cut(owner, how);
  }

  /** Ends the connections of a process that is gone. */
  drop(owner: Actor): void {
    for (const connection of this.#connectionsOf(owner)) connection.end();
  }

  #connectionsOf(owner: Actor): readonly Connection[] {
    return this.node.connections.filter((connection) => connection.owner === owner);
  }

  #routeOf(owner: Actor): Route {
    const route = this.#routes.get(owner) ?? { stalledUntil: 0, refusedUntil: 0 };
    this.#routes.set(owner, route);
    return route;
  }
}
