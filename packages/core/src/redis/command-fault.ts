import { A2ARedisError } from '../shared/errors.ts';

/**
 * How a failed command is to be treated:
 *
 * - `unsent`: it never reached a server.
 * - `unknown`: it was sent, and the connection ended before the reply. It may have been applied.
 * - `busy`: a server answered that it cannot serve it now (loading, failing over, resharding,
 *   too many clients).
 * - `locked-out`: the server takes the client's password for wrong, and has applied nothing. Of a client that was
 *   connected before, it is one that was changed: the server, or who tells the client, is about to learn the other.
 * - `closed`: the client is closed, or was never opened. Waiting does not help.
 * - `refused`: a server answered with any other error.
 * - `other`: not an error of a Redis command.
 */
export type CommandFault =
  | 'unsent'
  | 'unknown'
  | 'busy'
  | 'locked-out'
  | 'closed'
  | 'refused'
  | 'other';

/**
 * What became of a call that failed, where its client knows it, and core cannot: clients of other libraries than
 * node-redis reject with this, but for what a server replied, which core knows from its words.
 */
export class CallError extends Error {
  override readonly name = 'CallError';
  /** Whether the call was never sent, may have been applied, may pass later, or came to a client that is closed. */
  readonly fault: 'unsent' | 'unknown' | 'busy' | 'closed';

  constructor(fault: CallError['fault'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

/** Error replies that end by themselves: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
const BUSY_REPLY =
  /^(?:-?)(?:LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|READONLY|BUSY|UNBLOCKED|NOREPLICAS)\b/;

/**
 * The first is the reply to the password itself. A client of node-redis that reconnects sends the commands of its queue
 * all the same, which get the second.
 */
export const LOCKED_OUT_REPLY: RegExp = /^(?:WRONGPASS|NOAUTH)\b/;

const FAULT_OF_CLASS: ReadonlyMap<string, CommandFault> = new Map([
  ['ClientOfflineError', 'unsent'],
  ['ConnectionTimeoutError', 'unsent'],
  ['RootNodesUnavailableError', 'unsent'],
  ['ReconnectStrategyError', 'unsent'],
  ['SocketClosedUnexpectedlyError', 'unknown'],
  ['DisconnectsClientError', 'unknown'],
  ['SocketTimeoutError', 'unknown'],
  ['SocketTimeoutDuringMaintenanceError', 'unknown'],
  ['CommandTimeoutDuringMaintenanceError', 'unknown'],
  // Also what a written command is rejected with when a migration takes too long.
  ['TimeoutError', 'unknown'],
  // The last reply was a redirection, so that no node has applied the command.
  ['MaxCommandRedirectionsError', 'busy'],
  ['ClientClosedError', 'closed'],
]);

/**
 * The same by message, for applications whose bundler renames classes, and for errors of node-redis
 * that have no class of their own.
 */
const FAULT_OF_MESSAGE: readonly (readonly [RegExp, CommandFault])[] = [
  [/^The client is offline$/, 'unsent'],
  [/^Connection timeout$/, 'unsent'],
  [/^All the root nodes are unavailable$/, 'unsent'],
  [/^Timeout waiting for a client/, 'unsent'],
  [/^Cannot find node /, 'unsent'],
  [/^Socket closed unexpectedly$/, 'unknown'],
  [/^Disconnects client$/, 'unknown'],
  [/^(?:Socket|Command) timeout /, 'unknown'],
  // A command that finds the queue full is unsent. But where the queue is full at a reconnect, the
  // handshake fails with this error, and so does every command that was sent behind it.
  [/^The queue is full$/, 'unknown'],
  // How Redis 6 tells that the first write of a script was refused. Version 7 tells it plainly.
  [/^ERR Error running script .*: -(?:READONLY|MASTERDOWN|NOREPLICAS)\b/, 'busy'],
  // Said before a command is read, and the connection is closed: another client may go before long.
  [/^ERR max number of clients /, 'busy'],
  // The sentinel client sends a command again by itself, and looks for a master in between.
  [/^None of the sentinels are available$/, 'unknown'],
  [/^no valid master node$/, 'unknown'],
  [/^Too many Cluster redirections$/, 'busy'],
  [/^The client is closed$/, 'closed'],
];

const SOCKET_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
]);

/** System calls that come before a socket is connected. */
const CONNECT_CALLS: ReadonlySet<unknown> = new Set(['connect', 'getaddrinfo']);

/**
 * Sorts an error that a client rejected a command with.
 *
 * Classes are told by name, not by `instanceof`: an application may hold two versions of the client
 * library, or of core.
 */
export function commandFault(error: unknown): CommandFault {
  if (!(error instanceof Error)) return 'other';
  if (isCallError(error)) return error.fault;
  const byMessage = FAULT_OF_MESSAGE.find(([pattern]) => pattern.test(error.message));
  if (byMessage !== undefined) return byMessage[1];
  const byClass = FAULT_OF_CLASS.get(error.constructor.name);
  if (byClass !== undefined) return byClass;
  if ('code' in error && typeof error.code === 'string' && SOCKET_CODES.has(error.code)) {
    return isConnectError(error) ? 'unsent' : 'unknown';
  }
  // What a `TimeoutError` is where its class was renamed: it has no message at all.
  if (error.message === '') return 'unknown';
  if (BUSY_REPLY.test(error.message)) return 'busy';
  if (LOCKED_OUT_REPLY.test(error.message)) return 'locked-out';
  return isErrorReply(error) ? 'refused' : 'other';
}

function isCallError(error: Error): error is CallError {
  return error.name === 'CallError' && 'fault' in error;
}

/** Whether a failed command is known to have changed nothing, and may succeed when it is sent again later. */
export function mayPass(fault: CommandFault): boolean {
  return fault === 'unsent' || fault === 'busy' || fault === 'locked-out';
}

/** Whether the socket never was connected; Node tries each address of a host before it says so. */
function isConnectError(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isConnectError);
  return error instanceof Error && 'syscall' in error && CONNECT_CALLS.has(error.syscall);
}

/** Whether a server sent the error: node-redis has one class of its own for those. */
function isErrorReply(error: Error): boolean {
  for (let type: unknown = error.constructor; typeof type === 'function';) {
    if (type.name === 'ErrorReply') return true;
    type = Object.getPrototypeOf(type);
  }
  return /^[A-Z][A-Z0-9]+ /.test(error.message);
}

/** What a server says that will never serve a call, and what it lacks. */
const LACKS: readonly (readonly [RegExp, string])[] = [
  [
    /^ERR unknown command [`']?EVAL(?:SHA)?\b/i,
    'it runs no scripts, as EVAL and EVALSHA are disabled or renamed',
  ],
  // Valkey does not say Redis; versions differ in how they go on.
  [/\bUnknown (?:Redis )?command called from\b/, 'it lacks a command that the script calls'],
];

/**
 * What a server lacks that a script needs; `undefined` where that is not why it refused.
 *
 * @param reply The error that the server answered with.
 */
export function whatServerLacks(reply: string): string | undefined {
  return LACKS.find(([pattern]) => pattern.test(reply))?.[1];
}

/**
 * What a server says to who lacks a permission, and of a key of another type; within a script, Redis 6 and what scripts
 * say by themselves have more before it.
 */
const REFUSALS =
  /(?:^|-|\bERR |: )(?:NOPERM|WRONGTYPE)\b|^(?:NOAUTH|WRONGPASS)\b|\bACL failure in script\b|\bThe user executing the script can't\b/;

/**
 * Whether a server refuses a call as long as nobody changes what the client may do, or what a key holds. Other
 * refusals may pass: memory that is full, or what stands between client and server and has a word of its own.
 */
export function isRefusal(error: unknown): error is A2ARedisError {
  if (!(error instanceof A2ARedisError)) return false;
  if (error.code === 'SERVER_UNSUPPORTED') return true;
  const { code, cause } = error;
  return code === 'COMMAND_FAILED' && cause instanceof Error && REFUSALS.test(cause.message);
}
