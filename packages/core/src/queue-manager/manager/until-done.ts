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

/**
 * Does work again while Redis is away, for so long. It must be safe to repeat.
 *
 * @throws What the last attempt throws. The others are reported.
 */
export async function untilDone(
  runtime: Runtime,
  tryMs: number,
  work: () => Promise<void>,
  onError: (error: unknown) => void,
): Promise<void> {
  const giveUpAt = runtime.now() + tryMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      const isPassing = error instanceof A2ARedisError && PASSING.has(error.code);
      if (!isPassing || runtime.now() >= giveUpAt) throw error;
      onError(error);
      await backOff(runtime, attempt, 50, 2000);
    }
  }
}
