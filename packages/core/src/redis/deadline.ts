import { A2ARedisError } from '../errors.ts';

/**
 * Waits for a promise until a moment, then rejects with `DEADLINE_EXCEEDED`. The promise itself
 * goes on; a late rejection of it is not reported again.
 *
 * @param work What is awaited.
 * @param deadlineAt The moment, on the clock of `performance.now()`, in milliseconds.
 * @param describe Says what was being done, for the message. Called only on failure.
 */
export async function withDeadline<T>(
  work: Promise<T>,
  deadlineAt: number,
  describe: () => string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => {
        reject(new A2ARedisError('DEADLINE_EXCEEDED', `${describe()}: no answer in time.`));
      },
      Math.max(0, deadlineAt - performance.now()),
    );
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
