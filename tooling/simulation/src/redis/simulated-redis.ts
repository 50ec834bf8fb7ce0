import type { ServerSupport } from '@a2a-redis/core/shared';

import {
  argument,
  type ChannelKind,
  type Command,
  type CommandContext,
  takes,
} from './commands/command.ts';
import { containerName, findCommand } from './commands/command-table.ts';
import { dumpKeyspace, type KeyspaceDump } from './dump.ts';
import { Keyspace, type RedisValue } from './keyspace.ts';
import {
  plainError,
  quoted,
  quotingError,
  type RawReply,
  RedisReplyError,
  type Reply,
  replyOf,
  wrongArity,
} from './reply.ts';
import { ScriptEngine, type ScriptRun } from './scripts/script-engine.ts';
import { keySlot } from './slot.ts';

/** What one call of a client changed. Replicas get all of it or nothing. */
export interface WriteEffect {
  /** The server's clock at the call, in microseconds since the epoch. */
  readonly atUs: number;
  /** Commands that change the same on another server that has the same keys. */
  readonly commands: readonly (readonly string[])[];
}

/** What knows a moment, which its owner sets. */
type Clocked<Context extends { readonly now: number; readonly nowUs: number }> = Omit<
  Context,
  'now' | 'nowUs'
> & { now: number; nowUs: number };

/** What a server gets. */
export interface SimulatedRedisOptions {
  /** The server's clock, in milliseconds since the epoch. It may step, also back. */
  readonly now: () => number;
  /** Hands out a message and returns how many connections got it. */
  readonly publish: (kind: ChannelKind, channel: string, message: string) => number;
  /**
   * How many connections are subscribed to a channel.
   * @default none
   */
  readonly subscribers?: ((kind: ChannelKind, channel: string) => number) | undefined;
  /**
   * Called after each call that changed something.
   * @default nobody is told
   */
  readonly onWrite?: ((effect: WriteEffect) => void) | undefined;
}

/**
 * What is said to stores and queue managers of the simulated server: to ask for it would be one call more than the
 * scenarios of known seeds have.
 */
export const SIMULATED_SUPPORT: ServerSupport = { hasShards: true, name: '' };

/** A key as it is listed. */
export interface KeyInfo {
  readonly key: string;
  readonly type: RedisValue['type'];
  /** In milliseconds since the epoch; undefined where it stays. */
  readonly expiresAt: number | undefined;
}

/**
 * A Redis 7.0 server in memory: the commands that the scripts of these packages call, and scripts.
 *
 * It answers as redis 7.0.15 does, with these exceptions: HGETALL, HKEYS, HSCAN, SCAN and KEYS answer
 * in the order of insertion; `radix-tree-nodes` of XINFO is an estimate; a command that it does not
 * have is unknown; nothing blocks; an error that ends a script names line 1 where it is a command's.
 * Keys and values are byte strings: a character for each byte.
 */
export class SimulatedRedis {
  /** Whether the memory is used up: commands that may need more are refused. */
  outOfMemory = false;
  /** Whether it is a replica that takes no writes from clients. */
  readOnly = false;
  /** Whether it still reads its data. */
  loading = false;
  /** Whether keys of different slots may not meet, as on a cluster. */
  crossSlotChecks = false;
  /** Whether a script that uses a key which it does not name among its KEYS is a fault of these packages. */
  declaredKeysOnly = false;
  readonly #options: SimulatedRedisOptions;
  readonly #keyspace: Keyspace;
  readonly #scripts: ScriptEngine;
  readonly #context: Clocked<CommandContext>;
  /** What the call that runs has changed so far. */
  #effects: (readonly string[])[] = [];
  /** What the command that runs is replicated as, once it has changed something. */
  #effect: readonly string[] | undefined;
  #args: readonly string[] = [];

  constructor(options: SimulatedRedisOptions) {
    this.#options = options;
    this.#keyspace = new Keyspace((key) => this.#effects.push(['DEL', key]));
    this.#scripts = new ScriptEngine({
      callFromScript: (run, args) => this.#callFromScript(run, args),
      knowsCommand: (args) => typeof findCommand(args) === 'object',
    });
    this.#context = this.#makeContext();
  }

  /**
   * Runs a command of a client.
   *
   * @throws {RedisReplyError} for an error reply.
   */
  execute(args: readonly string[]): Reply {
    return replyOf(this.executeRaw(args));
  }

  /** As `execute`, with simple strings told apart from others. */
  executeRaw(args: readonly string[]): RawReply {
    this.#begin(this.#readClock());
    try {
      const command = requireCommand(args);
      this.#checkSlots(command, args);
      if (this.outOfMemory && command.needsMemory) throw outOfMemoryError();
      if (this.readOnly && command.isWrite) throw readOnlyError();
      if (this.loading && !command.runsWhileLoading) {
        throw new RedisReplyError('LOADING Redis is loading the dataset in memory');
      }
      return this.#run(command, args);
    } finally {
      this.#tellEffects();
    }
  }

  /** Does what another server did. Nobody is told of it. */
  apply({ atUs, commands }: WriteEffect): void {
    this.#begin(atUs);
    this.#keyspace.expiryRule = 'ignore';
    for (const args of commands) this.#run(requireCommand(args), args);
    this.#effects = [];
  }

  /** Removes a key, as Redis does when its memory is used up. */
  evict(key: string): boolean {
    return this.#change(['DEL', key]) === 1;
  }

  /** Removes all keys. */
  flushAll(): void {
    this.#change(['FLUSHALL']);
  }

  /** All keys whose time is not over, in the order in which they were made. */
  *keys(): Generator<KeyInfo, void> {
    this.#begin(this.#readClock());
    for (const key of this.#keyspace.names()) {
      const entry = this.#keyspace.peek(key);
      if (entry === undefined) continue;
      yield { key, type: entry.value.type, expiresAt: entry.expiresAt };
    }
  }

  /** All keys with what they hold, to be compared: two servers with equal dumps answer alike. */
  dump(): KeyspaceDump {
    this.#begin(this.#readClock());
    return dumpKeyspace(this.#keyspace);
  }

  /** In microseconds. */
  #readClock(): number {
    return Math.round(this.#options.now() * 1000);
  }

  #begin(nowUs: number): void {
    const now = Math.floor(nowUs / 1000);
    this.#context.nowUs = nowUs;
    this.#context.now = now;
    this.#keyspace.now = now;
    this.#keyspace.expiryRule = this.readOnly ? 'hide' : 'delete';
  }

  /** Changes something that no client asked for. */
  #change(args: readonly string[]): RawReply {
    this.#begin(this.#readClock());
    try {
      return this.#run(requireCommand(args), args);
    } finally {
      this.#tellEffects();
    }
  }

  #run(command: Command, args: readonly string[]): RawReply {
    this.#args = args;
    this.#effect = undefined;
    const reply = command.run(this.#context, args);
    if (this.#effect !== undefined) {
      this.#effects.push(this.#effect);
      this.#effect = undefined;
    }
    return reply;
  }

  #tellEffects(): void {
    if (this.#effects.length === 0) return;
    const commands = this.#effects;
    this.#effects = [];
    this.#options.onWrite?.({ atUs: this.#context.nowUs, commands });
  }

  #callFromScript(run: ScriptRun, args: readonly string[]): RawReply {
    const command = findCommand(args);
    const isBare = command === 'no subcommand' && args.length === 1;
    if (isBare || (typeof command === 'object' && !takes(command, args.length))) {
      throw plainError('Wrong number of args calling Redis command from script');
    }
    if (typeof command !== 'object') {
      throw plainError('Unknown Redis command called from script');
    }
    if (!command.runsInScripts) throw plainError('This Redis command is not allowed from script');
    if (run.isReadOnly && (command.isWrite || command.mayReplicate)) {
      throw plainError('Write commands are not allowed from read-only scripts.');
    }
    // What has begun to write goes on, so that nothing is left half done.
    if (!run.hasWritten) {
      if (this.readOnly && command.isWrite) throw readOnlyError();
      if (this.outOfMemory && command.needsMemory) throw outOfMemoryError();
    }
    if (command.isWrite) run.hasWritten = true;
    if (this.crossSlotChecks) checkScriptSlot(run, command.keysOf(args));
    if (this.declaredKeysOnly && !command.mayReplicate) requireDeclared(run, command.keysOf(args));
    return this.#run(command, args);
  }

  #checkSlots(command: Command, args: readonly string[]): void {
    if (!this.crossSlotChecks) return;
    const slots = new Set(command.keysOf(args).map(keySlot));
    if (slots.size > 1) {
      throw new RedisReplyError("CROSSSLOT Keys in request don't hash to the same slot");
    }
  }

  #makeContext(): Clocked<CommandContext> {
    return {
      keyspace: this.#keyspace,
      scripts: this.#scripts,
      now: 0,
      nowUs: 0,
      publish: (kind, channel, message) => this.#options.publish(kind, channel, message),
      subscribers: (kind, channel) => this.#options.subscribers?.(kind, channel) ?? 0,
      wrote: (as) => {
        this.#effect = as ?? this.#args;
      },
    };
  }
}

/** @throws Error, as no server would say so in time. */
function requireDeclared({ keys: declared }: ScriptRun, keys: readonly string[]): void {
  const unknown = keys.find((key) => !declared.includes(key));
  if (unknown !== undefined) throw new Error(`A script uses ${unknown}, which is none of its KEYS`);
}

/** A script's keys are all of one slot, which is that of its first if it does not name them. */
function checkScriptSlot(run: ScriptRun, keys: readonly string[]): void {
  for (const key of keys) {
    const slot = keySlot(key);
    run.slot ??= run.keys[0] === undefined ? slot : keySlot(run.keys[0]);
    if (slot !== run.slot) {
      throw plainError('Script attempted to access a non local key in a cluster node');
    }
  }
}

/** @throws {RedisReplyError} where there is no such command, or it takes another number of arguments. */
function requireCommand(args: readonly string[]): Command {
  const command = findCommand(args);
  if (command === undefined) throw unknownCommand(args);
  if (command !== 'no subcommand') {
    if (!takes(command, args.length)) throw wrongArity(command.name);
    return command;
  }
  if (args.length === 1) throw wrongArity(containerName(args));
  const name = quoted(argument(args, 1)).slice(0, 128);
  const container = quoted(argument(args, 0)).toUpperCase();
  throw quotingError('ERR', `unknown subcommand '${name}'. Try ${container} HELP.`);
}

function unknownCommand(args: readonly string[]): RedisReplyError {
  let list = '';
  for (let i = 1; i < args.length && list.length < 128; i += 1) {
    list += `'${quoted(argument(args, i)).slice(0, 128 - list.length)}' `;
  }
  const name = quoted(argument(args, 0)).slice(0, 128);
  const text = `unknown command '${name}', with args beginning with: ${list}`;
  return plainError(text.replaceAll(/[\r\n]/g, ' '));
}

function outOfMemoryError(): RedisReplyError {
  return new RedisReplyError("OOM command not allowed when used memory > 'maxmemory'.");
}

function readOnlyError(): RedisReplyError {
  return new RedisReplyError("READONLY You can't write against a read only replica.");
}
