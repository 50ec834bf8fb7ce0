import type { Runtime } from '../runtime/runtime.ts';
import { sleep } from '../runtime/sleep.ts';

/**
 * The pause before an attempt: exponential with full jitter, so that clients which lost the same
 * server do not come back in step.
 *
 * @param attempt The attempt that failed, from 1.
 * @param baseMs The most the first pause can be, in milliseconds.
 * @param capMs The most any pause can be, in milliseconds.
 * @param random A number from 0 (inclusive) to 1 (exclusive).
 */
export function backoffMs(attempt: number, baseMs: number, capMs: number, random: number): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.max(1, Math.round(ceiling * random));
}

/** Makes the pause before an attempt, as {@link backoffMs} says. It does not keep the process alive. */
export async function backOff(
  runtime: Runtime,
  attempt: number,
  baseMs: number,
  capMs: number,
): Promise<void> {
  await sleep(runtime, backoffMs(attempt, baseMs, capMs, runtime.random()), { ref: false });
}
