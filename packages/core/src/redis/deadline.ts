import { A2ARedisError } from '../errors.ts';

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
  // Every call to Redis comes through here: one promise and one timer is all that it costs.
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(
      () => {
        reject(new A2ARedisError('DEADLINE_EXCEEDED', `${describe()}: no answer in time.`));
      },
      Math.max(0, deadlineAt - performance.now()),
    );
    work.then(
      // oxlint-disable-next-line promise/always-return -- nothing is chained to it
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- what the work threw is passed on
        reject(error);
      },
    );
  });
}
