import type { Actor } from '../kernel/actor.ts';
import type { Simulation } from '../kernel/simulation.ts';
import { SimulatedRedis, type WriteEffect } from '../redis/simulated-redis.ts';
import type { ChannelKind } from '../redis/commands/command.ts';
import { type Reply, RedisReplyError } from '../redis/reply.ts';
import type { Connection } from './connection.ts';

/** What a server answers to one request. */
export type ServerReply = { readonly value: Reply } | { readonly error: RedisReplyError };

/** A command as the server executed it. */
export interface Execution {
  readonly by: Actor;
  readonly args: readonly string[];
  readonly reply: ServerReply;
  /** The commands that changed its data. */
  readonly written: WriteEffect['commands'];
  readonly published: readonly Published[];
}

/** A message that the server handed to subscribers. */
export interface Published {
  readonly channel: string;
  readonly message: string;
}

const SUBSCRIBING: ReadonlyMap<string, ChannelKind> = new Map([
  ['SUBSCRIBE', 'channel'],
  ['SSUBSCRIBE', 'shard'],
]);
const UNSUBSCRIBING: ReadonlyMap<string, ChannelKind> = new Map([
  ['UNSUBSCRIBE', 'channel'],
  ['SUNSUBSCRIBE', 'shard'],
]);

/** A Redis server with a replica that follows it: at its address answers whichever is the primary. */
export class ServerNode {
  readonly actor: Actor;
  /** Told of each command and of what it did, for those who watch. */
  onExecuted: ((execution: Execution) => void) | undefined;
  readonly #simulation: Simulation;
  readonly #isCluster: boolean;
  readonly #connections = new Set<Connection>();
  readonly #subscribers = new Map<string, Set<Connection>>();
  /** What the primary wrote since the beginning of its data, and how much of it the replica has. */
  readonly #effects: WriteEffect[] = [];
  /** What the present command published. */
  #published: Published[] = [];
  #replicated = 0;
  #primary: SimulatedRedis;
  #replicationLagMs = 1;
  #refusesUntil = 0;
  #aheadMs = 0;
  #isOutOfMemory = false;
  /** Counts how often the data became another one, so that what was under way to the replica is void. */
  #data = 0;

  /** @param isCluster Whether keys of different slots may not meet, as if they were on several servers. */
  constructor(simulation: Simulation, actor: Actor, isCluster = false) {
    this.#simulation = simulation;
    this.#isCluster = isCluster;
    this.actor = actor;
    this.#primary = this.#start();
  }

  get redis(): SimulatedRedis {
    return this.#primary;
  }

  /** The server's clock, in milliseconds since the epoch. */
  get now(): number {
    return this.#simulation.wallClock + this.#aheadMs;
  }

  /** Whether connections are accepted. */
  get accepts(): boolean {
    return this.#simulation.now >= this.#refusesUntil;
  }

  get connections(): readonly Connection[] {
    return [...this.#connections];
  }

  /** The channels that some connection is subscribed to. */
  get channels(): readonly string[] {
    return [...this.#subscribers.keys()];
  }

  welcome(connection: Connection): void {
    this.#connections.add(connection);
  }

  forget(connection: Connection): void {
    this.#connections.delete(connection);
    for (const [name, subscribers] of this.#subscribers) {
      if (subscribers.delete(connection) && subscribers.size === 0) this.#subscribers.delete(name);
    }
  }

  execute(connection: Connection, args: readonly string[]): ServerReply {
    const command = args[0]?.toUpperCase() ?? '';
    const channel = args[1] ?? '';
    const subscribing = SUBSCRIBING.get(command);
    if (subscribing !== undefined) return this.#subscribe(connection, subscribing, channel);
    const unsubscribing = UNSUBSCRIBING.get(command);
    if (unsubscribing !== undefined) return this.#unsubscribe(connection, unsubscribing, channel);
    this.#published = [];
    const before = this.#effects.length;
    const reply = this.#reply(args);
    const written = this.#effects.slice(before).flatMap(({ commands }) => commands);
    const { owner } = connection;
    this.onExecuted?.({ by: owner, args, reply, written, published: this.#published });
    return reply;
  }

  #reply(args: readonly string[]): ServerReply {
    try {
      return { value: this.#primary.execute(args) };
    } catch (error) {
      if (error instanceof RedisReplyError) return { error };
      throw error;
    }
  }

  /** The server's clock steps. */
  stepClock(byMs: number): void {
    this.#aheadMs += byMs;
  }

  /** Whether the server has no memory left for writes. */
  setOutOfMemory(isOut: boolean): void {
    this.#isOutOfMemory = isOut;
    this.#primary.outOfMemory = isOut;
  }

  /** Refuses connections for so long. */
  refuse(forMs: number): void {
    this.#refusesUntil = Math.max(this.#refusesUntil, this.#simulation.now + forMs);
  }

  /** From now on the replica gets what is written so much later. */
  lag(lagMs: number): void {
    this.#replicationLagMs = lagMs;
  }

  /**
   * The replica takes the primary's place: what it did not get is lost, and every connection breaks.
   *
   * @returns The commands whose writes were lost.
   */
  failOver(): WriteEffect['commands'] {
    this.#data += 1;
    const lost = this.#effects.splice(this.#replicated).flatMap(({ commands }) => commands);
    this.#primary = this.#start(this.#effects);
    this.#breakAll();
    return lost;
  }

  /** The server ends and starts again, with its data or without. */
  restart(keepsData: boolean): void {
    this.#data += 1;
    if (!keepsData) {
      this.#effects.length = 0;
      this.#replicated = 0;
    }
    this.#primary = this.#start(this.#effects);
    this.#breakAll();
  }

  /** All keys are gone. */
  flushAll(): void {
    this.#primary.flushAll();
    // What is under way to the replica, the deletion of all included, is of data that is gone.
    this.#data += 1;
    this.#effects.length = 0;
    this.#replicated = 0;
  }

  #start(effects: readonly WriteEffect[] = []): SimulatedRedis {
    const redis = new SimulatedRedis({
      now: () => this.now,
      publish: (kind, channel, message) => this.#publish(kind, channel, message),
      subscribers: (kind, channel) => this.#subscribers.get(nameOf(kind, channel))?.size ?? 0,
      onWrite: (effect) => {
        if (redis === this.#primary) this.#wrote(effect);
      },
    });
    for (const effect of effects) redis.apply(effect);
    redis.crossSlotChecks = this.#isCluster;
    redis.declaredKeysOnly = true;
    redis.outOfMemory = this.#isOutOfMemory;
    return redis;
  }

  #wrote(effect: WriteEffect): void {
    this.#effects.push(effect);
    const { length } = this.#effects;
    const data = this.#data;
    this.#simulation.plan(this.#simulation.outside, this.#replicationLagMs, () => {
      if (data === this.#data) this.#replicated = Math.max(this.#replicated, length);
    });
  }

  #breakAll(): void {
    for (const connection of this.connections) {
      connection.break({ losesRequests: true, noticedAfterMs: 1 });
    }
  }

  #publish(kind: ChannelKind, channel: string, message: string): number {
    this.#published.push({ channel, message });
    const subscribers = this.#subscribers.get(nameOf(kind, channel)) ?? [];
    let count = 0;
    for (const connection of subscribers) {
      connection.push(kind, channel, message);
      count += 1;
    }
    return count;
  }

  #subscribe(connection: Connection, kind: ChannelKind, channel: string): ServerReply {
    if (!connection.isOpen) return { value: null };
    const name = nameOf(kind, channel);
    const subscribers = this.#subscribers.get(name) ?? new Set();
    this.#subscribers.set(name, subscribers.add(connection));
    return { value: null };
  }

  #unsubscribe(connection: Connection, kind: ChannelKind, channel: string): ServerReply {
    const name = nameOf(kind, channel);
    const subscribers = this.#subscribers.get(name);
    if (subscribers?.delete(connection) === true && subscribers.size === 0) {
      this.#subscribers.delete(name);
    }
    return { value: null };
  }
}

function nameOf(kind: ChannelKind, channel: string): string {
  return `${kind}:${channel}`;
}
