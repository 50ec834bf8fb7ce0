/** @throws When the work has not ended in time; the message is the problem and the time. */
export async function withDeadline<T>(
  work: Promise<T>,
  deadlineMs: number,
  problem: string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${problem} within ${deadlineMs / 1000} s`)),
      deadlineMs,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
