/**
 * How a failed command is to be treated:
 *
 * - `unsent`: it never reached a server.
 * - `unknown`: it was sent, and the connection ended before the reply. It may have been applied.
 * - `busy`: a server answered that it cannot serve it now (loading, failing over, resharding).
 * - `closed`: the client is closed, or was never opened. Waiting does not help.
 * - `refused`: a server answered with any other error.
 * - `other`: not an error of a Redis command.
 */
export type CommandFault = 'unsent' | 'unknown' | 'busy' | 'closed' | 'refused' | 'other';

/** Error replies that end by themselves: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
const BUSY_REPLY =
  /^(?:-?)(?:LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|READONLY|BUSY|UNBLOCKED|NOREPLICAS)\b/;

const FAULT_OF_CLASS: Readonly<Record<string, CommandFault>> = {
  ClientOfflineError: 'unsent',
  ConnectionTimeoutError: 'unsent',
  RootNodesUnavailableError: 'unsent',
  ReconnectStrategyError: 'unsent',
  SocketClosedUnexpectedlyError: 'unknown',
  DisconnectsClientError: 'unknown',
  SocketTimeoutError: 'unknown',
  SocketTimeoutDuringMaintenanceError: 'unknown',
  CommandTimeoutDuringMaintenanceError: 'unknown',
  TimeoutError: 'unknown',
  MaxCommandRedirectionsError: 'unknown',
  ClientClosedError: 'closed',
};

/** The same by message, for applications whose bundler renames classes. */
const FAULT_OF_MESSAGE: Readonly<Record<string, CommandFault>> = {
  'The client is offline': 'unsent',
  'Connection timeout': 'unsent',
  'All the root nodes are unavailable': 'unsent',
  'Socket closed unexpectedly': 'unknown',
  'Disconnects client': 'unknown',
  'The client is closed': 'closed',
};

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

/**
 * Sorts an error that a node-redis client rejected a command with.
 *
 * Classes are told by name, not by `instanceof`: an application may hold two versions of the client
 * library, and core imports neither.
 */
export function commandFault(error: unknown): CommandFault {
  if (!(error instanceof Error)) return 'other';
  const byClass = FAULT_OF_CLASS[error.constructor.name] ?? FAULT_OF_MESSAGE[error.message];
  if (byClass !== undefined) return byClass;
  if ('code' in error && typeof error.code === 'string' && SOCKET_CODES.has(error.code)) {
    return 'unknown';
  }
  if (BUSY_REPLY.test(error.message)) return 'busy';
  return isErrorReply(error) ? 'refused' : 'other';
}

/** Whether a server sent the error: node-redis has one class of its own for those. */
function isErrorReply(error: Error): boolean {
  for (let type: unknown = error.constructor; typeof type === 'function';) {
    if (type.name === 'ErrorReply') return true;
    type = Object.getPrototypeOf(type);
  }
  return /^[A-Z][A-Z0-9]+ /.test(error.message);
}
