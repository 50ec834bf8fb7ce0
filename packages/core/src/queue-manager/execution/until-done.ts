import { A2ARedisError } from '../../shared/errors.ts';
import { backOff } from '../../redis/backoff.ts';
import type { Runtime } from '../../runtime/runtime.ts';

/** What may be another one with the next attempt. */
const PASSING: ReadonlySet<string> = new Set([
  'DEADLINE_EXCEEDED',
  'UNAVAILABLE',
  'OUTCOME_UNKNOWN',
  'COMMAND_FAILED',
]);

/** How work is done again. */
export interface Attempts {
  readonly runtime: Runtime;
  /** For how long, in milliseconds. */
  readonly tryMs: number;
  /** Whether the next attempt may do better, after what the last one threw. */
  readonly isPassing: (error: unknown) => boolean;
  /** Told of what an attempt threw after which another one follows. */
  readonly onError: (error: unknown) => void;
}

/**
 * Does work again until it succeeds, ever more seldom. It must be safe to repeat.
 *
 * @throws What the last attempt throws.
 */
export async function untilDone(
  work: () => Promise<void>,
  { runtime, tryMs, isPassing, onError }: Attempts,
): Promise<void> {
  const giveUpAt = runtime.now() + tryMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (!isPassing(error) || runtime.now() >= giveUpAt) throw error;
      onError(error);
      await backOff(runtime, attempt, 50, 2000);
    }
  }
}

/** Whether a call failed as it does while Redis is away. */
export function failsWhileAway(error: unknown): boolean {
  return error instanceof A2ARedisError && PASSING.has(error.code);
}
