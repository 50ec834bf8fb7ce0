import type { A2ARedisError } from '../shared/errors.ts';
import { withDeadline } from '../redis/deadline.ts';
import { DEFAULT_DEADLINE_MS } from '../redis/script-runner.ts';
import { systemRuntime } from '../runtime/runtime.ts';
import { checkNames, milliseconds, optionalText } from '../shared/check-options.ts';
import { typedRedisError } from './redis-fault.ts';

/** How an operation ended. There is no default value: an outage is not an empty answer. */
export type RedisResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: A2ARedisError };

/** Options of {@link safeRedisOperation}. */
export interface SafeRedisOperationOptions {
  /**
   * How long the operation may take, in milliseconds. It is not stopped then, only no longer waited
   * for: a command that was written cannot be taken back.
   * @default 10000, as in the stores
   */
  readonly deadlineMs?: number | undefined;
  /**
   * What the operation is called in messages.
   * @default `Redis operation`
   */
  readonly name?: string | undefined;
}

const OPTION_NAMES: readonly (keyof SafeRedisOperationOptions)[] = ['deadlineMs', 'name'];

/**
 * Runs an operation with a deadline and returns how it ended, instead of throwing, for callers that
 * go on without Redis.
 *
 * @returns `{ ok: false, error }` for a fault of Redis or of the connection. `error.code` is
 *   `UNAVAILABLE` (nothing was applied), `OUTCOME_UNKNOWN` or `DEADLINE_EXCEEDED` (it may have
 *   been), `COMMAND_FAILED` (Redis refused it), `CLIENT_CLOSED`, or that of an `A2ARedisError` which
 *   the operation threw itself.
 * @throws Whatever else the operation throws, as it is: a mistake in its code is no fault of Redis.
 *   `A2ARedisError` with `INVALID_OPTION` for options that are wrong.
 */
export async function safeRedisOperation<T>(
  operation: () => T | PromiseLike<T>,
  options: SafeRedisOperationOptions = {},
): Promise<RedisResult<T>> {
  checkNames(options, OPTION_NAMES, '');
  const name = optionalText(options.name, 'name') ?? 'Redis operation';
  const { deadlineMs: given = DEFAULT_DEADLINE_MS } = options;
  const deadlineMs = milliseconds(given, 'deadlineMs', 1);
  const deadlineAt = systemRuntime.now() + deadlineMs;
  try {
    const running = (async () => operation())();
    const value = await withDeadline(
      systemRuntime,
      running,
      deadlineAt,
      () => `${name} within ${deadlineMs} ms`,
    );
    return { ok: true, value };
  } catch (error) {
    const typed = typedRedisError(error, name);
    if (typed === undefined) throw error;
    return { ok: false, error: typed };
  }
}
