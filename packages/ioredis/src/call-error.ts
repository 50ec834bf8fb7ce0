import { CallError } from '@a2a-redis/core/shared';

/** What ioredis says where it did not send a command, as its queue was turned off. */
const UNSENT = /enableOfflineQueue options is false$/;
/** What it says once it has followed, or tried, too often. No server has applied a command that all redirected. */
const REDIRECTED =
  /^Too many Cluster redirections\. Last error: \w+: (?:MOVED|ASK|TRYAGAIN|CLUSTERDOWN)\b/;
/** What it says where it may have sent a command: a connection that broke or gave no answer, or was given up. */
const UNKNOWN: readonly RegExp[] = [
  /^Connection is closed\.$/,
  /^Reached the max retries per request limit /,
  /^Command timed out$/,
  /^Command aborted due to connection close$/,
  /^Cluster is ended\.$/,
  /^None of startup nodes is available$/,
  /^Too many Cluster redirections\b/,
];
/** The class of what a server replied, in all versions. */
const REPLY = 'ReplyError';

/**
 * What a call is rejected with, for an error of ioredis: what a server replied stays as it is.
 *
 * Errors are told by their words: ioredis makes most of them of the class `Error`.
 *
 * @param isClosed Whether the client is closed, or has given up: however its last calls ended, it serves no other.
 */
export function callError(error: unknown, isClosed: boolean = false): unknown {
  if (!(error instanceof Error) || error instanceof CallError || error.name === REPLY) return error;
  if (isClosed) return closedError(error);
  const fault = faultOf(error.message);
  return fault === undefined ? error : new CallError(fault, error.message, { cause: error });
}

/** That of a call over a client that is closed, or has given up. */
export function closedError(cause?: unknown): CallError {
  return new CallError('closed', 'The client is closed', cause === undefined ? {} : { cause });
}

/** That of a subscription which another server of a cluster has to take, or none has now. */
export function movedError(): CallError {
  return new CallError('busy', 'Another server of the cluster has the channel, or none');
}

function faultOf(message: string): CallError['fault'] | undefined {
  if (UNSENT.test(message)) return 'unsent';
  if (REDIRECTED.test(message)) return 'busy';
  return UNKNOWN.some((pattern) => pattern.test(message)) ? 'unknown' : undefined;
}
