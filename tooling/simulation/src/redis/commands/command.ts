import type { Keyspace } from '../keyspace.ts';
import type { RawReply } from '../reply.ts';

/** The two kinds of channels: SPUBLISH sends to shard channels. */
export type ChannelKind = 'channel' | 'shard';

/** What keeps scripts and runs them. */
export interface Scripts {
  load(source: string): string;
  has(sha1: string): boolean;
  flush(): void;
  /**
   * @param isReadOnly Whether it is refused what writes.
   * @throws {RedisReplyError} where the script is not known or fails.
   */
  run(
    sha1: string,
    keys: readonly string[],
    parameters: readonly string[],
    isReadOnly: boolean,
  ): RawReply;
}

/** What a command works with. */
export interface CommandContext {
  readonly keyspace: Keyspace;
  readonly scripts: Scripts;
  /** The server's clock when the call began, in milliseconds since the epoch, whole. */
  readonly now: number;
  /** The same in microseconds. */
  readonly nowUs: number;
  /** Hands out a message and returns how many got it. */
  publish(kind: ChannelKind, channel: string, message: string): number;
  subscribers(kind: ChannelKind, channel: string): number;
  /**
   * Notes that the command changed something, to be told to replicas.
   *
   * @param as The command that does the same there, if another one is needed.
   */
  wrote(as?: readonly string[]): void;
}

/** Runs a command whose number of arguments was checked. */
export type CommandRun = (context: CommandContext, args: readonly string[]) => RawReply;

/** A command, or a subcommand of a container command. */
export interface Command {
  /** As errors name it, such as `xgroup|create`. */
  readonly name: string;
  /** How many arguments it takes, its own name included; if negative, at least so many. */
  readonly arity: number;
  readonly isWrite: boolean;
  /** Whether it reaches replicas though it writes nothing: a message. */
  readonly mayReplicate: boolean;
  /** Whether it is refused without memory. */
  readonly needsMemory: boolean;
  readonly runsWhileLoading: boolean;
  readonly runsInScripts: boolean;
  readonly keysOf: (args: readonly string[]) => readonly string[];
  readonly run: CommandRun;
}

/** A command that only has subcommands. */
export interface Container {
  readonly subcommands: ReadonlyMap<string, Command>;
}

/** Commands by their names, in capitals. */
export type CommandTable = readonly (readonly [string, Command | Container])[];

/** What a command may do: words of the server's own command table. */
export type CommandFlag = 'write' | 'denyoom' | 'loading' | 'noscript' | 'may_replicate';

/** Which arguments are keys. */
export type KeyPositions = 'none' | 'first' | 'all' | 'second' | Command['keysOf'];

/** Describes a command. */
export function command(
  name: string,
  arity: number,
  flags: readonly CommandFlag[],
  keys: KeyPositions,
  run: CommandRun,
): Command {
  return {
    name,
    arity,
    isWrite: flags.includes('write'),
    mayReplicate: flags.includes('may_replicate'),
    needsMemory: flags.includes('denyoom'),
    runsWhileLoading: flags.includes('loading'),
    runsInScripts: !flags.includes('noscript'),
    keysOf: typeof keys === 'function' ? keys : KEYS_OF[keys],
    run,
  };
}

const KEYS_OF: Readonly<Record<Exclude<KeyPositions, Command['keysOf']>, Command['keysOf']>> = {
  none: () => [],
  first: (args) => args.slice(1, 2),
  second: (args) => args.slice(2, 3),
  all: (args) => args.slice(1),
};

/** Whether a command takes so many arguments. */
export function takes({ arity }: Command, count: number): boolean {
  return arity > 0 ? count === arity : count >= -arity;
}

/** The argument at a place, which the command's arity promises. */
export function argument(args: readonly string[], place: number): string {
  return args[place] ?? '';
}
