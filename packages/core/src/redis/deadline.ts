import { detailedError } from '../shared/detailed-error.ts';
import { A2ARedisError } from '../shared/errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { deadlineTimerOf } from '../runtime/deadline-timer.ts';

/**
 * Waits for a promise until a moment, then rejects with `DEADLINE_EXCEEDED`. The promise itself
 * goes on; a late rejection of it is not reported again.
 *
 * @param runtime Where the time comes from.
 * @param work What is awaited.
 * @param deadlineAt The moment, on the clock of the runtime, in milliseconds.
 * @param describe Says what was being done, for the message. Called only on failure.
 * @param detail The same for operators, where that says more.
 */
export function withDeadline<T>(
  runtime: Runtime,
  work: Promise<T>,
  deadlineAt: number,
  describe: () => string,
  detail?: () => string,
): Promise<T> {
  // Every call to Redis comes through here: one promise is all that it costs.
  return new Promise<T>((resolve, reject) => {
    const wait = {
      deadlineAt,
      expire: () => {
        reject(late(describe(), detail?.()));
      },
    };
    const timer = deadlineTimerOf(runtime);
    timer.add(wait);
    work.then(
      // oxlint-disable-next-line promise/always-return -- nothing is chained to it
      (value) => {
        timer.remove(wait);
        resolve(value);
      },
      (error: unknown) => {
        timer.remove(wait);
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- what the work threw is passed on
        reject(error);
      },
    );
  });
}

function late(what: string, detail: string | undefined): A2ARedisError {
  const message = `${what}: no answer in time.`;
  return detail === undefined
    ? new A2ARedisError('DEADLINE_EXCEEDED', message)
    : detailedError('DEADLINE_EXCEEDED', message, { detail: `${detail}: no answer in time.` });
}
