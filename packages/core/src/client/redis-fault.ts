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

/**
 * The typed error of a fault.
 *
 * @param error What was thrown; becomes the `cause`, unless it is typed already.
 * @param prefix Begins the message: what failed.
 * @returns `undefined` for an error that has nothing to do with Redis.
 */
export function typedRedisError(error: unknown, prefix: string): A2ARedisError | undefined {
  if (error instanceof A2ARedisError) return error;
  const fault = commandFault(error);
  if (fault === 'other') return undefined;
  return faultError(fault, error, prefix);
}

/** The same where the fault is known, and may be of an earlier attempt than the error. */
export function faultError(
  fault: Exclude<CommandFault, 'other'>,
  error: unknown,
  prefix: string,
): A2ARedisError {
  return new A2ARedisError(CODE_OF_FAULT[fault], `${prefix}: ${reasonOf(error)}`, { cause: error });
}

/** node-redis's error for a command that waited too long has no message. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? error.constructor.name : error.message;
}
