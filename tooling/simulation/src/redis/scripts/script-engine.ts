import { createHash } from 'node:crypto';

import {
  compileLua,
  type LuaChunk,
  LuaError,
  type LuaFunction,
  LuaTable,
  type LuaValue,
} from '../../lua/index.ts';
import type { Scripts } from '../commands/command.ts';
import { formatDouble } from '../numbers.ts';
import { quotingError, type RawReply, RedisReplyError } from '../reply.ts';
import { errorTable, luaOfReply, replyOfLua } from './lua-replies.ts';

/** What a script is to its server while it runs. */
export interface ScriptRun {
  readonly sha1: string;
  readonly keys: readonly string[];
  readonly isReadOnly: boolean;
  /** Whether it has called a command that writes. */
  hasWritten: boolean;
  /** The slot of all keys that it may use; undefined before it has used one. */
  slot: number | undefined;
}

/** What scripts need of their server. */
export interface ScriptHost {
  /** @throws {RedisReplyError} for an error reply. */
  callFromScript(run: ScriptRun, args: readonly string[]): RawReply;
  knowsCommand(args: readonly string[]): boolean;
}

const LOG_LEVELS = { LOG_DEBUG: 0, LOG_VERBOSE: 1, LOG_NOTICE: 2, LOG_WARNING: 3 } as const;

/** What was compiled for any server: a chunk keeps nothing between its runs. */
const COMPILED = new Map<string, LuaChunk>();

/** The scripts of a server. */
export class ScriptEngine implements Scripts {
  readonly #host: ScriptHost;
  readonly #chunks = new Map<string, LuaChunk>();
  readonly #redis: LuaTable;
  #run: ScriptRun | undefined;

  constructor(host: ScriptHost) {
    this.#host = host;
    this.#redis = this.#makeLibrary();
  }

  load(source: string): string {
    const sha1 = sha1Of(source);
    if (this.#chunks.has(sha1)) return sha1;
    try {
      const chunk = COMPILED.get(sha1) ?? compileLua(source);
      COMPILED.set(sha1, chunk);
      this.#chunks.set(sha1, chunk);
    } catch (error) {
      if (!(error instanceof LuaError)) throw error;
      throw quotingError('ERR', `Error compiling script (new function): ${error.message}`);
    }
    return sha1;
  }

  has(sha1: string): boolean {
    return this.#chunks.has(sha1);
  }

  flush(): void {
    this.#chunks.clear();
  }

  run(
    sha1: string,
    keys: readonly string[],
    parameters: readonly string[],
    isReadOnly: boolean,
  ): RawReply {
    const chunk = this.#chunks.get(sha1);
    if (chunk === undefined) {
      throw new RedisReplyError('NOSCRIPT No matching script. Please use EVAL.');
    }
    this.#run = { sha1, keys, isReadOnly, hasWritten: false, slot: undefined };
    try {
      const environment = new Map<string, LuaValue>([
        ['redis', this.#redis],
        ['KEYS', LuaTable.fromArray(keys)],
        ['ARGV', LuaTable.fromArray(parameters)],
      ]);
      const reply = replyOfLua(chunk.run(environment));
      if (reply instanceof RedisReplyError) throw reply;
      return reply;
    } catch (error) {
      throw error instanceof LuaError ? failureOf(error, sha1) : error;
    } finally {
      this.#run = undefined;
    }
  }

  #makeLibrary(): LuaTable {
    const functions: Readonly<Record<string, LuaFunction>> = {
      call: (...parameters) => this.#call(parameters),
      pcall: (...parameters) => {
        try {
          return this.#call(parameters);
        } catch (error) {
          if (error instanceof LuaError) return error.value;
          throw error;
        }
      },
      error_reply: (...parameters) => singleField('err', parameters),
      status_reply: (...parameters) => singleField('ok', parameters),
      sha1hex: (...parameters) => {
        if (parameters.length !== 1) throw failing('wrong number of arguments');
        return sha1Of(textOfLua(parameters[0]) ?? '');
      },
      acl_check_cmd: (...parameters) => {
        if (this.#host.knowsCommand(argumentsOf(parameters))) return true;
        throw failing('Invalid command passed to redis.acl_check_cmd()');
      },
      log: (...parameters) => {
        if (parameters.length < 2) throw failing('redis.log() requires two arguments or more.');
        return [];
      },
      setresp: (...parameters) => {
        // Replies are those of RESP2.
        if (parameters[0] !== 2) throw failing('RESP version must be 2 or 3.');
        return [];
      },
      replicate_commands: () => true,
    };
    return LuaTable.fromRecord({ ...functions, ...LOG_LEVELS }).freeze();
  }

  #call(parameters: readonly LuaValue[]): LuaValue {
    const args = argumentsOf(parameters);
    if (this.#run === undefined) throw new Error('no script runs');
    try {
      return luaOfReply(this.#host.callFromScript(this.#run, args));
    } catch (error) {
      if (!(error instanceof RedisReplyError)) throw error;
      const table = errorTable(error.message);
      table.set('ignore_error_stats_update', true);
      throw new LuaError(table);
    }
  }
}

function argumentsOf(parameters: readonly LuaValue[]): readonly string[] {
  if (parameters.length === 0) {
    throw failing('Please specify at least one argument for this redis lib call');
  }
  return parameters.map((value) => {
    const text = textOfLua(value);
    if (text !== undefined) return text;
    throw failing('Lua redis lib command arguments must be strings or integers');
  });
}

/** A string, or a number as Redis writes it; undefined for anything else. */
function textOfLua(value: LuaValue): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? formatDouble(value) : undefined;
}

/** An error of the library itself. */
function failing(text: string): LuaError {
  return new LuaError(errorTable(`ERR ${text}`));
}

function singleField(field: 'err' | 'ok', parameters: readonly LuaValue[]): LuaTable {
  const [text] = parameters;
  if (parameters.length !== 1 || typeof text !== 'string') {
    return errorTable('ERR wrong number or type of arguments');
  }
  return field === 'err' ? errorTable(withCode(text)) : LuaTable.fromRecord({ ok: text });
}

/** The text of an error that a script names, with the code `ERR` where it has none. */
function withCode(text: string): string {
  const named = text.startsWith('-') ? text.slice(1) : text;
  const space = named.indexOf(' ');
  if (space === -1) return `ERR ${named}`;
  return `${named.slice(0, space)} ${named.slice(space + 1).replaceAll(/^[\r\n]+|[\r\n]+$/g, '')}`;
}

/** The error that a client gets for one that a script did not catch. */
function failureOf(error: LuaError, sha1: string): RedisReplyError {
  const { value } = error;
  const message = value instanceof LuaTable ? value.get('err') : undefined;
  const text = typeof message === 'string' ? message : `ERR ${error.message}`;
  const space = text.indexOf(' ');
  const line = `${text.slice(space + 1)} script: ${sha1}, on @user_script:${lineOf(text)}.`;
  return quotingError(text.slice(0, space), line);
}

/** The line of an error of Lua itself; 1 for a command's, whose line is not known here. */
function lineOf(text: string): string {
  return /user_script:(\d+):/.exec(text)?.[1] ?? '1';
}

function sha1Of(bytes: string): string {
  return createHash('sha1').update(bytes, 'latin1').digest('hex');
}
