import { runtimeOf } from '../runtime/client-runtime.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { isRecord } from '../shared/check-options.ts';
import {
  isNodeRedisSentinel,
  type RedisScriptClient,
  type ScriptCallOptions,
} from './script-client.ts';

/** What a client takes besides scripts: commands as such. */
export interface CommandSender {
  sendCommand(args: readonly string[], options: { readonly typeMapping: object }): Promise<unknown>;
}

/** A sentinel client of node-redis, which lends its commands a connection. */
export interface SentinelClient extends Required<RedisScriptClient> {
  readonly isOpen: boolean;
  sendCommand(
    isReadonly: boolean,
    ...command: Parameters<CommandSender['sendCommand']>
  ): Promise<unknown>;
}

/** Whether a client is one of those. */
export function isSentinelClient(client: RedisScriptClient): client is SentinelClient {
  return isNodeRedisSentinel(client) && 'isOpen' in client;
}

const senders = new WeakMap<SentinelClient, SentinelSender>();

/** The one sender of a client, which all its stores share. */
export function sentinelSender(client: SentinelClient): RedisScriptClient {
  const known = senders.get(client) ?? new SentinelSender(client);
  senders.set(client, known);
  return known;
}

/**
 * Sends the calls of a sentinel client.
 *
 * Calls that overlap share a connection, which the first of them takes from the client's pool. But
 * of several that begin at once, none has it yet, and each takes or awaits one of its own; node-redis
 * 5 and 6 then return only one of those to the pool, so that the calls which wait for one wait for
 * ever. So the first call goes ahead alone, and the others follow once it has a connection. A client
 * with `reserveClient` has no such trouble and loses nothing but that moment.
 */
class SentinelSender implements RedisScriptClient, CommandSender {
  readonly #client: SentinelClient;
  readonly #runtime: Runtime;
  #underWay = 0;
  /** Set while the first call takes its connection. */
  #ahead: Promise<void> | undefined;

  constructor(client: SentinelClient) {
    this.#client = plainSentinelReplies(client);
    this.#runtime = runtimeOf(client);
  }

  async evalSha(sha1: string, options?: ScriptCallOptions): Promise<unknown> {
    return this.#send(async () => this.#client.evalSha(sha1, options));
  }

  async eval(script: string, options?: ScriptCallOptions): Promise<unknown> {
    return this.#send(async () => this.#client.eval(script, options));
  }

  async evalShaRo(sha1: string, options?: ScriptCallOptions): Promise<unknown> {
    return this.#send(async () => this.#client.evalShaRo(sha1, options));
  }

  async evalRo(script: string, options?: ScriptCallOptions): Promise<unknown> {
    return this.#send(async () => this.#client.evalRo(script, options));
  }

  async sendCommand(...command: Parameters<CommandSender['sendCommand']>): Promise<unknown> {
    return this.#send(async () => this.#client.sendCommand(false, ...command));
  }

  async #send(call: () => Promise<unknown>): Promise<unknown> {
    while (this.#ahead !== undefined) await this.#ahead;
    // Closed or not connected yet, it fails with a TypeError of its own.
    if (!this.#client.isOpen) throw new Error('The client is closed');
    if (this.#underWay === 0) this.#goAhead();
    this.#underWay += 1;
    try {
      return await call();
    } finally {
      this.#underWay -= 1;
    }
  }

  /** A free connection is taken in microtasks, so that one turn of the event loop is enough. */
  #goAhead(): void {
    this.#ahead = new Promise((resolve) => {
      this.#runtime.nextTurn(() => {
        this.#ahead = undefined;
        resolve();
      });
    });
  }
}

/**
 * The same sentinel client, whose replies are strings, numbers and arrays. Version 5 changes the application's own client where it is asked for another
 * mapping, and reads its options only from `commandOptions`: so this has some of its own.
 */
function plainSentinelReplies<T extends RedisScriptClient>(client: T): T {
  const given: unknown = 'commandOptions' in client ? client.commandOptions : undefined;
  const commandOptions: object = { ...(isRecord(given) ? given : {}), typeMapping: {} };
  return new Proxy(client, {
    get: (target, name): unknown =>
      name === 'commandOptions' ? commandOptions : Reflect.get(target, name),
  });
}
