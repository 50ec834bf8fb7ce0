import { detailedError } from '../shared/detailed-error.ts';
import { A2ARedisError, type A2ARedisErrorCode } from '../shared/errors.ts';
import { type CommandFault, commandFault } from '../redis/command-fault.ts';

const FAULT_OF_CODE: ReadonlyMap<A2ARedisErrorCode, CommandFault> = new Map([
  ['CONNECT_FAILED', 'unsent'],
  ['UNAVAILABLE', 'unsent'],
  ['DEADLINE_EXCEEDED', 'unknown'],
  ['OUTCOME_UNKNOWN', 'unknown'],
  ['CLIENT_CLOSED', 'closed'],
]);

/**
 * Sorts an error of an operation: one of node-redis by itself, one of these packages by its code,
 * so that operations can be made of stores as well as of commands.
 */
export function redisFault(error: unknown): CommandFault {
  if (!(error instanceof A2ARedisError)) return commandFault(error);
  return FAULT_OF_CODE.get(error.code) ?? 'other';
}

const CODE_OF_FAULT: Readonly<Record<Exclude<CommandFault, 'other'>, A2ARedisErrorCode>> = {
  unsent: 'UNAVAILABLE',
  busy: 'UNAVAILABLE',
  'locked-out': 'UNAVAILABLE',
  unknown: 'OUTCOME_UNKNOWN',
  closed: 'CLIENT_CLOSED',
  refused: 'COMMAND_FAILED',
};

/** What a fault is in a message, without the words of the server or of its connection. */
const MESSAGE_OF_FAULT: Readonly<Record<Exclude<CommandFault, 'other'>, string>> = {
  unsent: 'Redis could not be reached',
  busy: 'Redis could not serve it',
  'locked-out': 'Redis did not accept the password',
  unknown: 'the connection ended before the reply',
  closed: 'the client is closed',
  refused: 'Redis refused it',
};

/**
 * The typed error of a fault.
 *
 * @param error What was thrown; becomes the `cause`, unless it is typed already.
 * @param what Begins message and detail: what failed.
 * @returns `undefined` for an error that has nothing to do with Redis.
 */
export function typedRedisError(error: unknown, what: string): A2ARedisError | undefined {
  if (error instanceof A2ARedisError) return error;
  const fault = commandFault(error);
  if (fault === 'other') return undefined;
  return faultError(fault, error, what);
}

/** The same where the fault is known, and may be of an earlier attempt than the error. */
export function faultError(
  fault: Exclude<CommandFault, 'other'>,
  error: unknown,
  what: string,
): A2ARedisError {
  return detailedError(CODE_OF_FAULT[fault], `${what}: ${MESSAGE_OF_FAULT[fault]}.`, {
    cause: error,
    detail: `${what}: ${reasonOf(error)}`,
  });
}

/** node-redis's error for a command that waited too long has no message. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? error.constructor.name : error.message;
}
