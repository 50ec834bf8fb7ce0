import type { Actor } from '../kernel/actor.ts';
import type { Random } from '../kernel/random.ts';
import type { Simulation } from '../kernel/simulation.ts';
import type { ChannelKind } from '../redis/commands/command.ts';
import { type Latency, Line } from './line.ts';
import type { ServerNode, ServerReply } from './server-node.ts';

/** What a client's end of a connection is told. */
export interface ConnectionEvents {
  /** A message of a channel that this connection is subscribed to. */
  readonly onMessage: (kind: ChannelKind, channel: string, message: string) => void;
  /** The connection is gone; what has not been answered never will be. */
  readonly onClosed: () => void;
}

/** How a connection breaks. */
export interface Break {
  /** Whether requests under way still reach the server: some of them, from the first one on. */
  readonly losesRequests: boolean;
  /** After how long the client notices, in milliseconds. */
  readonly noticedAfterMs: number;
}

/** A connection of a client to a server: requests one way, replies and messages the other. */
export class Connection {
  readonly owner: Actor;
  readonly #simulation: Simulation;
  readonly #node: ServerNode;
  readonly #random: Random;
  readonly #events: ConnectionEvents;
  readonly #toServer: Line;
  readonly #toClient: Line;
  #phase: 'open' | 'broken' | 'closed' = 'open';
  /** When anything came from the server last. */
  #heardAt: number;

  constructor(
    simulation: Simulation,
    owner: Actor,
    node: ServerNode,
    random: Random,
    latency: Latency,
    events: ConnectionEvents,
  ) {
    this.owner = owner;
    this.#simulation = simulation;
    this.#node = node;
    this.#random = random;
    this.#events = events;
    this.#toServer = new Line(simulation, node.actor, random, latency);
    this.#toClient = new Line(simulation, owner, random, latency);
    this.#heardAt = simulation.now;
  }

  get isOpen(): boolean {
    return this.#phase === 'open';
  }

  /** For how long nothing has come from the server, in milliseconds. */
  get silentMs(): number {
    return this.#simulation.now - this.#heardAt;
  }

  /** Sends a request. Its reply comes after those of earlier requests; where the connection breaks, never. */
  request(args: readonly string[], onReply: (reply: ServerReply) => void): void {
    if (this.#phase !== 'open') return;
    this.#toServer.send(() => {
      const reply = this.#node.execute(this, args);
      this.#toClient.send(() => {
        if (this.#phase === 'closed') return;
        this.#heardAt = this.#simulation.now;
        onReply(reply);
      });
    });
  }

  /** Sends a message of a channel to the client. */
  push(kind: ChannelKind, channel: string, message: string): void {
    this.#toClient.send(() => {
      if (this.#phase === 'closed') return;
      this.#heardAt = this.#simulation.now;
      this.#events.onMessage(kind, channel, message);
    });
  }

  /** Nothing gets through for so long. */
  stall(direction: 'both' | 'requests' | 'replies', forMs: number): void {
    if (direction !== 'replies') this.#toServer.stall(forMs);
    if (direction !== 'requests') this.#toClient.stall(forMs);
  }

  /** The network, or the server, ends the connection. */
  break({ losesRequests, noticedAfterMs }: Break): void {
    if (this.#phase !== 'open') return;
    this.#phase = 'broken';
    const arriving = losesRequests ? 0 : this.#random.integer(0, this.#toServer.inTransit);
    this.#toServer.close(arriving);
    this.#toClient.close(0);
    this.#node.forget(this);
    this.#simulation.plan(this.owner, noticedAfterMs, () => {
      this.#closed();
    });
  }

  /** The client ends the connection: what it sent still arrives. */
  end(): void {
    if (this.#phase !== 'open') return;
    this.#phase = 'closed';
    this.#toServer.close(this.#toServer.inTransit);
    this.#toClient.close(0);
    this.#node.forget(this);
  }

  #closed(): void {
    if (this.#phase !== 'broken') return;
    this.#phase = 'closed';
    this.#events.onClosed();
  }
}
