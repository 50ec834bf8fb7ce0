/** The uncaught exceptions of the process while something runs, and in the turn that follows. */
export async function uncaughtDuring(run: () => void): Promise<readonly unknown[]> {
  const uncaught: unknown[] = [];
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => {
    uncaught.push(error);
  });
  try {
    run();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    return uncaught;
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const other of others) process.on('uncaughtException', other);
  }
}
