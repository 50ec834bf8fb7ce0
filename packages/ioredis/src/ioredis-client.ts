import type { DuplicableClient } from '@a2a-redis/core/queue-manager';
import {
  CallError,
  type RedisScriptClient,
  type ScriptCallOptions,
  type Topology,
} from '@a2a-redis/core/shared';

import { callError, closedError } from './call-error.ts';
import { type Ioredis, type IoredisConnection, isCluster } from './driver.ts';
import { clusterServers, oneServer } from './message-servers.ts';
import { MessageSubscriber } from './message-subscriber.ts';
import { plainReply } from './plain-reply.ts';

/**
 * A client of ioredis or iovalkey as the packages take it: {@link fromIoredis} makes it. It closes nothing: the client
 * that it was made of stays the application's.
 *
 * Once that was connected, a call is sent only while it is. Otherwise it fails at once, and its caller tries again within
 * its own deadline: so nothing piles up in the queue of ioredis, nor is sent when nobody waits for it any more.
 */
export class IoredisClient implements RedisScriptClient, DuplicableClient {
  readonly topology: Topology;
  /** The database, and what is put before keys: the names of channels follow both. */
  readonly options: { readonly database: number; readonly keyPrefix: string };
  readonly #client: Ioredis;
  readonly #hasTextNumbers: boolean;
  readonly #joinsCommands: boolean;
  #wasReady: boolean;

  /** @internal */
  constructor(client: Ioredis) {
    const { keyPrefix = '', enableAutoPipelining = false } = client.options;
    const { db = 0, stringNumbers = false } = connectionOptions(client);
    this.topology = topologyOf(client);
    this.options = { database: db, keyPrefix };
    this.#client = client;
    this.#hasTextNumbers = stringNumbers;
    this.#joinsCommands = enableAutoPipelining;
    this.#wasReady = client.status === 'ready';
    client.on('ready', () => {
      this.#wasReady = true;
    });
  }

  /** Whether it is connected, or will be: neither closed, nor given up. */
  get isOpen(): boolean {
    return this.#client.status !== 'end';
  }

  /** [EVALSHA](https://redis.io/docs/latest/commands/evalsha/). */
  async evalSha(sha1: string, options?: ScriptCallOptions): Promise<unknown> {
    return this.#runScript('evalsha', sha1, options);
  }

  /** [EVAL](https://redis.io/docs/latest/commands/eval/). */
  async eval(script: string, options?: ScriptCallOptions): Promise<unknown> {
    return this.#runScript('eval', script, options);
  }

  /** [PING](https://redis.io/docs/latest/commands/ping/), which any server of a cluster answers. */
  async ping(): Promise<unknown> {
    return this.call('ping');
  }

  /** Sends any command, as the `call` of ioredis; `redisRetry` and `safeRedisOperation` of core know its errors. */
  async call(command: string, ...args: string[]): Promise<unknown> {
    return this.#send(async () => this.#client.call(command, ...args));
  }

  /** The same, as clients of node-redis send it. */
  async sendCommand(args: readonly string[]): Promise<unknown> {
    const [command = '', ...rest] = args;
    return this.call(command, ...rest);
  }

  /** Makes what receives messages beside the client, over connections of its own. */
  duplicate(): MessageSubscriber {
    const client = this.#client;
    return new MessageSubscriber(isCluster(client) ? clusterServers(client) : oneServer(client));
  }

  /** Calls back when the client is closed, or gives up. It tells its errors itself. */
  on(event: 'end' | 'error', listener: () => void): void {
    if (event === 'end') this.#client.on('end', listener);
  }

  /** Ends that. */
  off(event: 'end' | 'error', listener: () => void): void {
    if (event === 'end') this.#client.off('end', listener);
  }

  async #runScript(
    command: 'evalsha' | 'eval',
    script: string,
    { keys = [], arguments: args = [] }: ScriptCallOptions = {},
  ): Promise<unknown> {
    const call = [command, script, String(keys.length), ...keys, ...args] as const;
    const reply = await this.#send(async () =>
      this.#joinsCommands ? this.#callAlone(call) : this.#client.callBuffer(...call),
    );
    return plainReply(reply, this.#hasTextNumbers);
  }

  /**
   * ioredis would send it together with other commands, only after those that were sent before; and in a cluster,
   * ioredis 5 would take the server of its first argument, which is no key.
   */
  async #callAlone(call: readonly string[]): Promise<unknown> {
    const [[error, reply] = [null, null]] =
      (await this.#client.pipeline([['callBuffer', ...call]]).exec()) ?? [];
    if (error !== null) throw error;
    return reply;
  }

  async #send(call: () => Promise<unknown>): Promise<unknown> {
    const { status } = this.#client;
    if (status === 'end') throw closedError();
    // The first calls wait in the queue of ioredis, which tells them where the server does not let it in.
    if (this.#wasReady && status !== 'ready') {
      throw new CallError('unsent', `The client is not connected: ${status}`);
    }
    try {
      return await call();
    } catch (error) {
      throw callError(error, !this.isOpen);
    }
  }
}

function topologyOf(client: Ioredis): Topology {
  if (isCluster(client)) return 'cluster';
  return Array.isArray(client.options.sentinels) ? 'sentinel' : 'server';
}

function connectionOptions(
  client: Ioredis,
): Pick<IoredisConnection['options'], 'db' | 'stringNumbers'> {
  // A cluster has one database.
  return isCluster(client) ? { ...client.options.redisOptions, db: 0 } : client.options;
}
