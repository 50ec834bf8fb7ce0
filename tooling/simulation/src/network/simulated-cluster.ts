import type { ScriptCallOptions } from '@a2a-redis/core/shared';
import { ClientClosedError } from 'redis';

import type { Actor } from '../kernel/actor.ts';
import { bytesOf } from '../redis/bytes.ts';
import { keySlot, SLOTS } from '../redis/slot.ts';
import type { Network } from './network.ts';
import { SimulatedClient } from './simulated-client.ts';
import type { Listener } from './subscriptions.ts';

/** How many primaries share the slots. */
export const SHARDS = 3;

/** A primary as the client of a cluster knows it. */
interface Master {
  readonly client: SimulatedClient;
  /** The connection for messages of its shard, as long as anybody listens to one. */
  pubSub: { readonly client: SimulatedClient; readonly connected: Promise<unknown> } | undefined;
}

/**
 * A cluster client as node-redis 6 has it, as far as these packages use one: a connection to each primary,
 * which gets the calls whose first key is in its slots, and one more for the messages of its shard.
 *
 * All primaries are one simulated server, which refuses what touches two slots: they have one clock, and
 * fail together. But what is sent to one of them is not ordered with what is sent to another, and each
 * connection breaks for itself. Slots do not move.
 */
export class SimulatedCluster {
  readonly masters: readonly Master[];
  /** For messages of no shard, which nobody listens to on a cluster. */
  readonly pubSubNode = undefined;
  readonly #network: Network;
  readonly #owner: Actor;
  #isOpen = false;

  constructor(network: Network, owner: Actor) {
    this.#network = network;
    this.#owner = owner;
    this.masters = Array.from({ length: SHARDS }, () => ({
      client: new SimulatedClient(network, owner),
      pubSub: undefined,
    }));
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The connection to a primary. */
  async nodeClient({ client }: Master): Promise<SimulatedClient> {
    return Promise.resolve(client);
  }

  async connect(): Promise<this> {
    this.#isOpen = true;
    await Promise.all(this.masters.map(async ({ client }) => client.connect()));
    return this;
  }

  /** Ends all connections at once: what waits fails. */
  destroy(): void {
    this.#isOpen = false;
    for (const master of this.masters) {
      master.client.destroy();
      master.pubSub?.client.destroy();
    }
  }

  async evalSha(sha1: string, options?: ScriptCallOptions): Promise<unknown> {
    return this.#masterOf(firstKey(options)).client.evalSha(sha1, options);
  }

  async eval(script: string, options?: ScriptCallOptions): Promise<unknown> {
    return this.#masterOf(firstKey(options)).client.eval(script, options);
  }

  async subscribe(): Promise<void> {
    return Promise.reject(new Error('Only messages of shards are simulated on a cluster.'));
  }

  async unsubscribe(): Promise<void> {
    return this.subscribe();
  }

  async sSubscribe(channel: string, listener: Listener): Promise<void> {
    const master = this.#masterOf(channel);
    master.pubSub ??= this.#connectFor(master);
    const { client, connected } = master.pubSub;
    await connected;
    await client.sSubscribe(channel, listener);
  }

  async sUnsubscribe(channel: string, listener: Listener): Promise<void> {
    const master = this.#masterOf(channel);
    const { pubSub } = master;
    if (pubSub === undefined) return;
    await pubSub.connected;
    await pubSub.client.sUnsubscribe(channel, listener);
    if (pubSub.client.isPubSubActive) return;
    pubSub.client.destroy();
    if (master.pubSub === pubSub) master.pubSub = undefined;
  }

  #connectFor(master: Master): NonNullable<Master['pubSub']> {
    const client = new SimulatedClient(this.#network, this.#owner);
    const connected = client.connect().catch((error: unknown) => {
      master.pubSub = undefined;
      throw error;
    });
    // Who awaits it is told; nobody need.
    connected.catch(() => undefined);
    return { client, connected };
  }

  /** @throws {ClientClosedError} where the client is closed. */
  #masterOf(key: string): Master {
    const master = this.masters[Math.floor((keySlot(bytesOf(key)) * SHARDS) / SLOTS)];
    if (!this.#isOpen || master === undefined) throw new ClientClosedError();
    return master;
  }
}

/** @throws {TypeError} where a script names none: it would run anywhere. */
function firstKey({ keys: [key] = [] }: ScriptCallOptions = {}): string {
  if (key === undefined) throw new TypeError('A script on a cluster must name a key.');
  return key;
}
