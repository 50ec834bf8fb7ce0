import { detailedError } from '../shared/detailed-error.ts';
import { A2ARedisError } from '../shared/errors.ts';
import { whatServerLacks } from './command-fault.ts';
import { arrayReply, textReply } from './reply.ts';
import type { RedisScriptClient } from './script-client.ts';
import { defineScript, evaluate, type RedisScript } from './script.ts';
import serverNameSource from './scripts/server-name.lua';
import serverSupportSource from './scripts/server-support.lua';

/** What every package needs, in the words of errors. */
const NEEDED_SERVER = 'Redis 6.2 or newer is needed, for a cluster 7, or Valkey';

/** What a server can do that not every one can which all packages run on. */
export interface ServerSupport {
  /** Whether messages can go to the shards of a cluster, which came with Redis 7. */
  readonly hasShards: boolean;
  /** Its name and version, where it lacks something. */
  readonly name: string;
}

/** What a client has been served before: what it could do once is worth waiting for. */
export interface Served {
  /** What its server can do; absent until that was asked. */
  support?: ServerSupport | undefined;
  /** The server has run a script for it, or said that it does not know one. */
  isLetIn: boolean;
  /** A script of it has written. */
  hasWritten: boolean;
  /** The server does not know the calls that only read: it is one before Redis 7. */
  lacksReadOnlyCalls: boolean;
  /** How many of the next calls that only read are to bring a script whole, by its digest: some servers lack it. */
  readonly wholeReads: Map<string, number>;
}

const served = new WeakMap<RedisScriptClient, Served>();

/** What a client has been served so far: one object for all that use the client, noted there. */
export function servedTo(client: RedisScriptClient): Served {
  const known = served.get(client) ?? {
    isLetIn: false,
    hasWritten: false,
    lacksReadOnlyCalls: false,
    wholeReads: new Map(),
  };
  served.set(client, known);
  return known;
}

/** Defines `server_name()`, for scripts whose errors tell what server they ran on. */
export const serverNameLua: string = serverNameSource;

const script = defineScript('server-support', `${serverNameSource}\n${serverSupportSource}`, {
  writes: 'never',
});

/**
 * Finds out what the server of a client can do, and remembers it. An older one would refuse calls in words of its own,
 * and some once they have written.
 *
 * @param sender What the client's calls are sent with.
 * @param known What is noted of the client.
 * @param keys What the call that is about to be made touches: the first of them finds the way to a server.
 * @throws {A2ARedisError} `SERVER_UNSUPPORTED` for a server that is older than all packages need. What the client
 *   throws.
 */
export async function findSupport(
  sender: RedisScriptClient,
  known: Served,
  keys: readonly string[],
): Promise<void> {
  const options = { keys: keys.slice(0, 1), arguments: [] };
  const reply = arrayReply(script.name, await evaluate(sender, script, options));
  const [isNewEnough, hasShards] = reply.map((each) => Number(each) === 1);
  const name = textReply(reply[2]);
  known.isLetIn = true;
  if (isNewEnough !== true) throw tooOld(NEEDED_SERVER, name);
  known.support = { hasShards: hasShards === true, name };
}

/** Says what the server of a client can do: it is not asked then. */
export function noteSupport(client: RedisScriptClient, support: ServerSupport): void {
  servedTo(client).support = support;
}

/**
 * The fault of a server that will never do, where that is why it refused a call; `undefined` for any other error.
 *
 * @param name Of the script that was called.
 */
export function unsupportedIn(
  error: unknown,
  { name }: Pick<RedisScript, 'name'> = script,
): A2ARedisError | undefined {
  if (error instanceof A2ARedisError) {
    return error.code === 'SERVER_UNSUPPORTED' ? error : undefined;
  }
  const said = error instanceof Error ? error.message : '';
  const lacking = whatServerLacks(said);
  if (lacking === undefined) return undefined;
  return detailedError('SERVER_UNSUPPORTED', `This Redis server will not do: ${lacking}.`, {
    cause: error,
    detail: `Script ${name} cannot run on it. ${NEEDED_SERVER}.`,
  });
}

/** The fault of messages to the shards of a server that has none. */
export function withoutShards({ name }: ServerSupport): A2ARedisError {
  return tooOld('messages of a cluster need Redis 7 or newer, or Valkey', name);
}

/**
 * The fault of a server before Redis 6, which refuses what a connection begins with; `undefined` for another error of a
 * connection.
 */
export function withoutHello(cause: Error): A2ARedisError | undefined {
  if (!/^ERR unknown command [`']?HELLO\b/i.test(cause.message)) return undefined;
  return tooOld(NEEDED_SERVER, 'older than Redis 6', cause);
}

function tooOld(needed: string, name: string, cause?: Error): A2ARedisError {
  const problem = `This Redis server is too old: ${needed}.`;
  return detailedError('SERVER_UNSUPPORTED', problem, {
    detail: `${problem} It is ${name}.`,
    ...(cause && { cause }),
  });
}
