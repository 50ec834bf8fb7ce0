import { EventEmitter } from 'node:events';

import type { ScriptCallOptions } from '@a2a-redis/core/shared';
import {
  ClientClosedError,
  DisconnectsClientError,
  ErrorReply,
  SocketClosedUnexpectedlyError,
  SocketTimeoutError,
  TimeoutError,
} from 'redis';

import type { Actor } from '../kernel/actor.ts';
import { bytesOf, textOf } from '../redis/bytes.ts';
import type { ChannelKind } from '../redis/commands/command.ts';
import type { Reply } from '../redis/reply.ts';
import type { Connection } from './connection.ts';
import type { Network } from './network.ts';
import type { ServerReply } from './server-node.ts';
import { type Listener, type SubscriptionCommand, Subscriptions } from './subscriptions.ts';

/** How long a command may wait until it is written, as `createRedisClient` sets it, in milliseconds. */
const COMMAND_TIMEOUT_MS = 5000;
/** How long nothing may come through a connection that is pinged, in milliseconds. */
const SOCKET_TIMEOUT_MS = 30_000;
/** How long an attempt to connect may take, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5000;

interface Command {
  readonly args: readonly string[];
  /** Called as the reply is read: before anything that came after it. */
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A client as node-redis 6 has it, with one connection, as far as these packages use one.
 *
 * At a disconnect it does what node-redis does: commands that were written fail with an unknown outcome;
 * those that were not wait for the next connection, up to their timeout; a new connection subscribes
 * once more before it is ready, and nothing tells that messages were missed.
 */
export class SimulatedClient {
  readonly #network: Network;
  readonly #owner: Actor;
  readonly #emitter = new EventEmitter();
  readonly #toWrite: Command[] = [];
  readonly #waiting: Command[] = [];
  readonly #subscriptions = new Subscriptions();
  /** The client's own calls, which have a timeout. */
  readonly #timedCalls = scriptCalls((args) => this.#send(args, COMMAND_TIMEOUT_MS));
  #phase: 'new' | 'connecting' | 'ready' | 'closed' = 'new';
  #connection: Connection | undefined;
  #attempt = 0;
  #retries = 0;

  constructor(network: Network, owner: Actor) {
    this.#network = network;
    this.#owner = owner;
    // As an application has it: without one, an error would end the process.
    this.#emitter.on('error', () => {});
  }

  /** Whether anybody listens to a channel. node-redis gives only the client of a single connection this. */
  get isPubSubActive(): boolean {
    return this.#subscriptions.isActive;
  }

  get isOpen(): boolean {
    return this.#phase === 'connecting' || this.#phase === 'ready';
  }

  get isReady(): boolean {
    return this.#phase === 'ready';
  }

  on(event: 'error' | 'ready' | 'end', listener: (error: Error) => void): this {
    this.#emitter.on(event, listener);
    return this;
  }

  off(event: 'error' | 'ready' | 'end', listener: (error: Error) => void): this {
    this.#emitter.off(event, listener);
    return this;
  }

  duplicate(): SimulatedClient {
    return new SimulatedClient(this.#network, this.#owner);
  }

  async connect(): Promise<this> {
    this.#phase = 'connecting';
    const ready = new Promise<this>((resolve, reject) => {
      this.#emitter.once('ready', () => {
        resolve(this);
      });
      this.#emitter.once('closed', () => {
        reject(new ClientClosedError());
      });
    });
    this.#connect();
    return ready;
  }

  /** Ends the connection at once: what waits fails. */
  destroy(): void {
    if (!this.isOpen) return;
    this.#phase = 'closed';
    this.#connection?.end();
    this.#connection = undefined;
    this.#emitter.emit('closed');
    for (const command of [...this.#waiting.splice(0), ...this.#toWrite.splice(0)]) {
      command.reject(new DisconnectsClientError());
    }
    this.#emitter.emit('end');
  }

  /** The same client with other options; here, with a timeout of its commands or without. */
  withCommandOptions(options: { readonly timeout: undefined }): ScriptCalls {
    return scriptCalls((args) => this.#send(args, options.timeout));
  }

  async evalSha(sha1: string, options?: ScriptCallOptions): Promise<unknown> {
    return this.#timedCalls.evalSha(sha1, options);
  }

  async eval(script: string, options?: ScriptCallOptions): Promise<unknown> {
    return this.#timedCalls.eval(script, options);
  }

  async subscribe(channel: string, listener: Listener): Promise<void> {
    await this.#sendFor(this.#subscriptions.subscribe('channel', channel, listener));
  }

  async unsubscribe(channel: string, listener: Listener): Promise<void> {
    await this.#sendFor(this.#subscriptions.unsubscribe('channel', channel, listener));
  }

  async sSubscribe(channel: string, listener: Listener): Promise<void> {
    await this.#sendFor(this.#subscriptions.subscribe('shard', channel, listener));
  }

  async sUnsubscribe(channel: string, listener: Listener): Promise<void> {
    await this.#sendFor(this.#subscriptions.unsubscribe('shard', channel, listener));
  }

  /** Who listens to which channels; a cluster's client is asked for those of its shards. */
  getPubSubListeners(type: 'SHARDED' | 'CHANNELS'): ReadonlyMap<string, unknown> {
    return this.#subscriptions.channelsOf(type === 'SHARDED' ? 'shard' : 'channel');
  }

  async #send(args: readonly string[], timeoutMs: number | undefined): Promise<Reply> {
    if (!this.isOpen) throw new ClientClosedError();
    return new Promise<Reply>((resolve, reject) => {
      this.#add({ args: args.map(bytesOf), resolve, reject }, timeoutMs);
    });
  }

  async #sendFor(command: SubscriptionCommand | undefined): Promise<void> {
    if (command === undefined) return;
    if (!this.isOpen) {
      command.onFailed();
      throw new ClientClosedError();
    }
    await new Promise<void>((resolve, reject) => {
      const onReply = (): void => {
        command.onReply();
        resolve();
      };
      const onFailed = (error: Error): void => {
        command.onFailed();
        reject(error);
      };
      this.#add({ args: command.args.map(bytesOf), resolve: onReply, reject: onFailed }, undefined);
    });
  }

  #add(command: Command, timeoutMs: number | undefined): void {
    this.#toWrite.push(command);
    if (this.isReady) this.#write();
    else if (timeoutMs !== undefined) this.#dropUnwritten(command, timeoutMs);
  }

  #dropUnwritten(command: Command, timeoutMs: number): void {
    this.#owner.setTimer(() => {
      const index = this.#toWrite.indexOf(command);
      if (index === -1) return;
      this.#toWrite.splice(index, 1);
      command.reject(new TimeoutError());
    }, timeoutMs);
  }

  #write(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    for (const command of this.#toWrite.splice(0)) this.#writeTo(connection, command);
  }

  #writeTo(connection: Connection, command: Command): void {
    this.#waiting.push(command);
    connection.request(command.args, (reply) => {
      this.#waiting.shift();
      settle(command, reply);
    });
  }

  #connect(): void {
    this.#attempt += 1;
    const attempt = this.#attempt;
    const isOver = (): boolean => attempt !== this.#attempt || this.#phase !== 'connecting';
    const timeout = this.#owner.setTimer(() => {
      if (!isOver()) this.#retry(new Error('Connection timeout'));
    }, CONNECT_TIMEOUT_MS);
    const events = {
      onMessage: (kind: ChannelKind, channel: string, message: string) => {
        if (this.#connection !== connection) return;
        this.#subscriptions.dispatch(kind, textOf(channel), textOf(message));
      },
      onClosed: () => {
        if (this.#connection === connection) this.#lost(new SocketClosedUnexpectedlyError());
      },
    };
    let connection: Connection | undefined;
    this.#network.connect(this.#owner, events, {
      onConnected: (made) => {
        timeout.cancel();
        if (isOver()) {
          made.end();
          return;
        }
        connection = made;
        this.#connection = made;
        this.#watch(made);
        void this.#initiate(made);
      },
      onRefused: () => {
        timeout.cancel();
        if (isOver()) return;
        const refusal = new Error('connect ECONNREFUSED');
        this.#retry(Object.assign(refusal, { code: 'ECONNREFUSED', syscall: 'connect' }));
      },
    });
  }

  /** Subscribes once more, greets the server, and is ready once all of that was answered. */
  async #initiate(connection: Connection): Promise<void> {
    const answers: Promise<Reply>[] = [];
    const add = (args: readonly string[]): void => {
      answers.push(
        new Promise((resolve, reject) => {
          this.#writeTo(connection, { args, resolve, reject });
        }),
      );
    };
    for (const args of this.#subscriptions.resubscribe()) add(args.map(bytesOf));
    add(['PING']);
    try {
      await Promise.all(answers);
    } catch {
      // The connection broke again, which is handled where that is noticed.
      return;
    }
    if (this.#connection !== connection || this.#phase !== 'connecting') return;
    this.#phase = 'ready';
    this.#retries = 0;
    this.#emitter.emit('ready');
    this.#write();
  }

  /** Pings keep a good connection from being silent; one that is silent for too long is given up. */
  #watch(connection: Connection): void {
    this.#owner.setTimer(() => {
      if (this.#connection !== connection || !connection.isOpen) return;
      if (connection.silentMs >= SOCKET_TIMEOUT_MS) {
        connection.end();
        this.#lost(new SocketTimeoutError(SOCKET_TIMEOUT_MS));
        return;
      }
      this.#writeTo(connection, { args: ['PING'], resolve: ignore, reject: ignore });
      this.#watch(connection);
    }, SOCKET_TIMEOUT_MS / 3);
  }

  #lost(error: Error): void {
    this.#connection = undefined;
    if (!this.isOpen) return;
    this.#phase = 'connecting';
    for (const command of this.#waiting.splice(0)) command.reject(error);
    this.#retry(error);
  }

  #retry(error: Error): void {
    this.#emitter.emit('error', error);
    const jitterMs = Math.floor(this.#owner.random() * 200);
    const pauseMs = Math.min(50 * 2 ** this.#retries, 2000) + jitterMs;
    this.#retries += 1;
    this.#attempt += 1;
    this.#owner.setTimer(() => {
      if (this.#phase === 'connecting') this.#connect();
    }, pauseMs);
  }
}

/** The part of a client that runs scripts. */
export interface ScriptCalls {
  evalSha(sha1: string, options?: ScriptCallOptions): Promise<unknown>;
  eval(script: string, options?: ScriptCallOptions): Promise<unknown>;
}

function scriptCalls(send: (args: readonly string[]) => Promise<Reply>): ScriptCalls {
  return {
    evalSha: async (sha1, options) => send(['EVALSHA', sha1, ...argumentsOf(options)]),
    eval: async (script, options) => send(['EVAL', script, ...argumentsOf(options)]),
  };
}

function argumentsOf({ keys = [], arguments: args = [] }: ScriptCallOptions = {}): string[] {
  return [String(keys.length), ...keys, ...args];
}

function settle(command: Command, reply: ServerReply): void {
  if ('error' in reply) command.reject(new ErrorReply(reply.error.message));
  else command.resolve(clientReply(reply.value));
}

function ignore(): void {}

/** A reply as the client hands it on: texts, not bytes. */
function clientReply(reply: Reply): Reply {
  if (typeof reply === 'string') return textOf(reply);
  return Array.isArray(reply) ? reply.map(clientReply) : reply;
}
