import { A2ARedisError } from '../shared/errors.ts';
import type { Runtime } from './runtime.ts';

/** Options of {@link sleep}. */
export interface SleepOptions {
  /**
   * Whether the pause keeps the process alive.
   * @default true
   */
  readonly ref?: boolean | undefined;
  /**
   * Ends the pause, which rejects then.
   * @default none
   */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A pause.
 *
 * @throws {A2ARedisError} `ABORTED` when the signal fires; `cause` is its reason.
 */
export async function sleep(
  runtime: Runtime,
  delayMs: number,
  { ref = true, signal }: SleepOptions = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      timer.cancel();
      reject(new A2ARedisError('ABORTED', 'The pause was aborted.', { cause: signal?.reason }));
    };
    const timer = runtime.setTimer(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, delayMs);
    if (!ref) timer.unref();
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
