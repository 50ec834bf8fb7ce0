/**
 * The outcome of `promise`, if it comes in time.
 *
 * @throws Error with `message` after `deadlineMs`.
 */
export async function withDeadline<T>(
  promise: Promise<T>,
  deadlineMs: number,
  message: () => string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(message())), deadlineMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
