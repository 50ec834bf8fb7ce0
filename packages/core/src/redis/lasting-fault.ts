import { detailedError } from '../shared/detailed-error.ts';
import type { A2ARedisError } from '../shared/errors.ts';
import { LOCKED_OUT_REPLY } from './command-fault.ts';
import { type RedisScriptClient, topologyOf } from './script-client.ts';
import type { Served } from './server-support.ts';

/** A call that failed. */
export interface FailedCall {
  /** What Redis answered. */
  readonly reply: string;
  readonly cause: unknown;
  /** What was called, and what came of it, for operators. */
  readonly detail: string;
  /** What it was sent with. */
  readonly sender: RedisScriptClient;
  /** The client, which tells what it is. */
  readonly client: RedisScriptClient;
}

/** The second is that of a script of Redis 6. */
const READ_ONLY_REPLY = /^-?READONLY\b|^ERR Error running script .*: -READONLY\b/;
const REPLICA = /^role:slave\r?$/m;
const LINK_IS_UP = /^master_link_status:up\r?$/m;

/** A script, to run where the client's calls do. It has no keys: such a client has one server. */
const REPLICATION = "return redis.call('INFO', 'replication')";

/**
 * What is wrong with how, or where, a client is connected, where a fault that passes by itself elsewhere will not pass
 * for this client; `undefined` where it may.
 *
 * A server refuses writes while it fails over, and a password while it is changed: who wrote, or was let in, before
 * waits for that. Who never did is connected to the wrong server, or wrongly. Only a replica with a link to its primary
 * is one that stays: a primary that has just become one has none yet.
 */
export async function lastingFault(
  { reply, cause, detail, sender, client }: FailedCall,
  { isLetIn, hasWritten }: Pick<Served, 'isLetIn' | 'hasWritten'>,
): Promise<A2ARedisError | undefined> {
  if (LOCKED_OUT_REPLY.test(reply)) {
    if (isLetIn) return undefined;
    return detailedError(
      'COMMAND_FAILED',
      'Redis does not let the client in: it gave no password, or a wrong one. Give it the username and the password.',
      { cause, detail },
    );
  }
  // The others look for the right server by themselves.
  if (topologyOf(client) !== 'server') return undefined;
  if (/^MOVED\b/.test(reply)) {
    return detailedError(
      'SERVER_UNSUPPORTED',
      'This Redis server is one node of a cluster. Connect with a cluster client.',
      { cause, detail },
    );
  }
  if (hasWritten || !READ_ONLY_REPLY.test(reply) || !(await isReplica(sender))) return undefined;
  return detailedError(
    'SERVER_UNSUPPORTED',
    'This Redis server takes no writes: it is a replica. Connect to its primary, with a sentinel client where that changes.',
    { cause, detail },
  );
}

async function isReplica(sender: RedisScriptClient): Promise<boolean> {
  try {
    const said = String(await sender.eval(REPLICATION, { keys: [], arguments: [] }));
    return REPLICA.test(said) && LINK_IS_UP.test(said);
  } catch {
    // A user may not be allowed to ask, and a server may be gone: it is waited for as ever.
    return false;
  }
}
