import { A2ARedisError } from '../errors.ts';
import { deadlineTimer } from './deadline-timer.ts';

/**
 * Waits for a promise until a moment, then rejects with `DEADLINE_EXCEEDED`. The promise itself
 * goes on; a late rejection of it is not reported again.
 *
 * @param work What is awaited.
 * @param deadlineAt The moment, on the clock of `performance.now()`, in milliseconds.
 * @param describe Says what was being done, for the message. Called only on failure.
 */
export function withDeadline<T>(
  work: Promise<T>,
  deadlineAt: number,
  describe: () => string,
): Promise<T> {
  // Every call to Redis comes through here: one promise is all that it costs.
  return new Promise<T>((resolve, reject) => {
    const wait = {
      deadlineAt,
      expire: () => {
        reject(new A2ARedisError('DEADLINE_EXCEEDED', `${describe()}: no answer in time.`));
      },
    };
    deadlineTimer.add(wait);
    work.then(
      // oxlint-disable-next-line promise/always-return -- nothing is chained to it
      (value) => {
        deadlineTimer.remove(wait);
        resolve(value);
      },
      (error: unknown) => {
        deadlineTimer.remove(wait);
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- what the work threw is passed on
        reject(error);
      },
    );
  });
}
