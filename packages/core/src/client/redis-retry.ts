import { withCause } from '../shared/detailed-error.ts';
import { A2ARedisError } from '../shared/errors.ts';
import { backoffMs } from '../redis/backoff.ts';
import { callSender } from '../redis/call-sender.ts';
import { type CommandFault, mayPass } from '../redis/command-fault.ts';
import { withDeadline } from '../redis/deadline.ts';
import { lastingFault } from '../redis/lasting-fault.ts';
import { type RedisScriptClient, requireScriptClient } from '../redis/script-client.ts';
import { DEFAULT_DEADLINE_MS } from '../redis/script-runner.ts';
import { servedTo } from '../redis/server-support.ts';
import { systemRuntime } from '../runtime/runtime.ts';
import { sleep } from '../runtime/sleep.ts';
import { checkNames, isRecord, milliseconds, wholeNumber } from '../shared/check-options.ts';
import { invalidOption } from '../shared/invalid-option.ts';
import { faultError, redisFault } from './redis-fault.ts';

/** How often, how long and what {@link redisRetry} repeats. */
export interface RedisRetryOptions {
  /**
   * Whether running the operation twice does what running it once does. Only then is it repeated
   * when the connection ended before its reply.
   * @default false, because an INCR or an XADD that is repeated is applied twice
   */
  readonly idempotent?: boolean | undefined;
  /**
   * The client that the operation uses. With it, what will not pass for this client ends the retries at once, as in the
   * stores: a server that is a replica and takes no writes, or one node of a cluster; no password, or a wrong one. What
   * was served before is waited for all the same: a failover, or a password that is being changed.
   * @default none: whatever may pass is tried for the whole deadline
   */
  readonly client?: RedisScriptClient | undefined;
  /**
   * Attempts, the first included.
   * @default 10, enough to use the deadline up
   */
  readonly attempts?: number | undefined;
  /**
   * Time for all attempts and pauses together, in milliseconds.
   * @default 10000, as in the stores
   */
  readonly deadlineMs?: number | undefined;
  /**
   * Most that the first pause can be, in milliseconds; each next one can be twice as long.
   * @default 50
   */
  readonly baseDelayMs?: number | undefined;
  /**
   * Most that any pause can be, in milliseconds.
   * @default 2000
   */
  readonly maxDelayMs?: number | undefined;
  /**
   * Ends the waiting, at once.
   * @default none
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called before each pause. What it throws ends the retries.
   * @default none
   */
  readonly onRetry?: ((retry: RedisRetryEvent) => void) | undefined;
}

const OPTION_NAMES: readonly (keyof RedisRetryOptions)[] = [
  'idempotent',
  'client',
  'attempts',
  'deadlineMs',
  'baseDelayMs',
  'maxDelayMs',
  'signal',
  'onRetry',
];

/** An attempt that failed and will be repeated. */
export interface RedisRetryEvent {
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  /** The pause before the next, in milliseconds. */
  readonly delayMs: number;
  /** What the attempt threw. */
  readonly error: unknown;
}

/**
 * Runs an operation until it succeeds, as long as repeating it is safe and can help.
 *
 * Repeated are faults after which nothing was applied (never sent; a server that is loading,
 * failing over, resharding or full of clients, or whose password was changed), and with
 * `idempotent: true` those whose outcome is unknown. Not repeated are refusals by Redis, a closed
 * client, what will not pass for the `client`, and errors that have nothing to do with Redis.
 *
 * @param operation Gets the number of the attempt, from 1.
 * @throws {A2ARedisError} `cause` is the last error. `UNAVAILABLE`: nothing was applied by any
 *   attempt. `OUTCOME_UNKNOWN`: one of them may have been. `DEADLINE_EXCEEDED`: one was still
 *   running at the deadline. `COMMAND_FAILED`, `CLIENT_CLOSED`; `SERVER_UNSUPPORTED`, where the server of the `client`
 *   will never do. `ABORTED`: `cause` is the signal's
 *   reason. `INVALID_OPTION`: nothing was attempted. An error that is not of Redis is thrown as it is, as is an `A2ARedisError` of the
 *   operation that is not repeated.
 */
export async function redisRetry<T>(
  operation: (attempt: number) => T | PromiseLike<T>,
  options: RedisRetryOptions = {},
): Promise<T> {
  const limits = resolveLimits(options);
  const { idempotent = false, client, signal, onRetry } = options;
  const deadlineAt = systemRuntime.now() + limits.deadlineMs;
  const describe = (): string => `Redis operation within ${limits.deadlineMs} ms`;
  const aborted = abortion(signal);
  let mayBeApplied = false;
  let previous: unknown;
  try {
    for (let attempt = 1; ; attempt += 1) {
      signal?.throwIfAborted();
      try {
        const running = (async () => operation(attempt))();
        const result = await withDeadline(
          systemRuntime,
          Promise.race([running, aborted.promise]),
          deadlineAt,
          describe,
        );
        if (client !== undefined) succeeded.add(client);
        return result;
      } catch (error) {
        if (signal?.aborted === true) throw error;
        const fault = redisFault(error);
        mayBeApplied ||= fault === 'unknown';
        const delayMs = backoffMs(
          attempt,
          limits.baseDelayMs,
          limits.maxDelayMs,
          systemRuntime.random(),
        );
        const isOver = attempt >= limits.attempts || systemRuntime.now() + delayMs >= deadlineAt;
        if (isOver || !isRepeatable(fault, idempotent)) {
          throw finalError({ error, fault, mayBeApplied, attempt, previous });
        }
        if (client !== undefined && (fault === 'busy' || fault === 'locked-out')) {
          const asking = lastingFaultOf(client, error, attempt);
          const lasting = await withDeadline(
            systemRuntime,
            Promise.race([asking, aborted.promise]),
            deadlineAt,
            describe,
          );
          if (lasting !== undefined) throw lasting;
        }
        onRetry?.({ attempt, delayMs, error });
        await sleep(systemRuntime, delayMs, { signal });
        previous = error;
      }
    }
  } catch (error) {
    if (signal?.aborted !== true) throw error;
    throw new A2ARedisError('ABORTED', 'The Redis operation was aborted.', {
      cause: signal.reason,
    });
  } finally {
    aborted.forget();
  }
}

/** Clients with which an operation has succeeded. Whether it wrote is not known: it is taken to have. */
const succeeded = new WeakSet<RedisScriptClient>();

/** What will not pass for a client, of what may pass elsewhere; see {@link lastingFault}. */
async function lastingFaultOf(
  client: RedisScriptClient,
  error: unknown,
  attempt: number,
): Promise<A2ARedisError | undefined> {
  const reply = error instanceof Error ? error.message : '';
  const detail = `Redis operation, attempt ${attempt}: ${reply}`;
  const sender = callSender(client)();
  const { isLetIn, hasWritten } = servedTo(client);
  const hasSucceeded = succeeded.has(client);
  return lastingFault(
    { reply, cause: error, detail, sender, client },
    { isLetIn: isLetIn || hasSucceeded, hasWritten: hasWritten || hasSucceeded },
  );
}

function isRepeatable(fault: CommandFault, idempotent: boolean): boolean {
  return mayPass(fault) || (fault === 'unknown' && idempotent);
}

interface Failure {
  readonly error: unknown;
  readonly fault: CommandFault;
  /** Whether this attempt or one before it ended without a reply. */
  readonly mayBeApplied: boolean;
  readonly attempt: number;
  /** What the attempt before threw. */
  readonly previous: unknown;
}

function finalError({ error, fault, mayBeApplied, attempt, previous }: Failure): unknown {
  if (fault === 'other') return error;
  const prefix = `Redis operation, attempt ${attempt}`;
  const nothingNow = mayPass(fault);
  if (nothingNow && mayBeApplied) {
    return faultError('unknown', error, `${prefix}, after one whose outcome is unknown`);
  }
  if (!(error instanceof A2ARedisError)) return faultError(fault, error, prefix);
  if (error.cause !== undefined || previous === undefined) return error;
  return withCause(error, previous);
}

interface Abortion {
  /** Rejects when the signal fires; never resolves. */
  readonly promise: Promise<never>;
  forget(): void;
}

function abortion(signal: AbortSignal | undefined): Abortion {
  const listening = new AbortController();
  const promise = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => reject(new A2ARedisError('ABORTED', 'Aborted.'));
    signal?.addEventListener('abort', onAbort, { signal: listening.signal });
  });
  // It may fire in a pause, when nobody awaits it.
  promise.catch(() => {});
  return { promise, forget: () => listening.abort() };
}

type Limits = Readonly<Record<'attempts' | 'deadlineMs' | 'baseDelayMs' | 'maxDelayMs', number>>;

function resolveLimits(options: RedisRetryOptions): Limits {
  checkNames(options, OPTION_NAMES, '');
  const { idempotent, client, signal, onRetry } = options;
  if (client !== undefined) requireScriptClient(client);
  if (idempotent !== undefined && typeof idempotent !== 'boolean') {
    throw invalidOption('idempotent', 'must be true or false');
  }
  if (signal !== undefined && !isSignal(signal)) {
    throw invalidOption('signal', 'must be an AbortSignal');
  }
  if (onRetry !== undefined && typeof onRetry !== 'function') {
    throw invalidOption('onRetry', 'must be a function');
  }
  const { attempts = 10, deadlineMs = DEFAULT_DEADLINE_MS } = options;
  const { baseDelayMs = 50, maxDelayMs = 2000 } = options;
  return {
    attempts: wholeNumber(attempts, 'attempts', 1),
    deadlineMs: milliseconds(deadlineMs, 'deadlineMs', 1),
    baseDelayMs: milliseconds(baseDelayMs, 'baseDelayMs', 1),
    maxDelayMs: milliseconds(maxDelayMs, 'maxDelayMs', 1),
  };
}

/** By what is used of it: a realm of its own (a test environment, a polyfill) has another class. */
function isSignal(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value['aborted'] === 'boolean' &&
    typeof value['throwIfAborted'] === 'function' &&
    typeof value['addEventListener'] === 'function'
  );
}
