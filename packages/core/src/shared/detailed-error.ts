import { channel } from 'node:diagnostics_channel';

import { A2ARedisError, type A2ARedisErrorCode, type A2ARedisErrorOptions } from './errors.ts';

const errorChannel = channel('a2a-redis:error');

/**
 * Makes an error whose message is for anybody, and whose detail is for operators; all that have a detail are made here.
 *
 * A transport of the SDK sends the message to the client and logs nothing. So the error is told on the diagnostics
 * channel `a2a-redis:error`, too, without which its detail would be nowhere.
 */
export function detailedError(
  code: A2ARedisErrorCode,
  message: string,
  options: A2ARedisErrorOptions & { readonly detail: string },
): A2ARedisError {
  const error = new A2ARedisError(code, message, options);
  if (errorChannel.hasSubscribers) errorChannel.publish(error);
  return error;
}

/** The same error with a cause. It was told when it was made. */
export function withCause(error: A2ARedisError, cause: unknown): A2ARedisError {
  return new A2ARedisError(error.code, error.message, { cause, detail: error.detail });
}
