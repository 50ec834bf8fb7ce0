const cleanups = new Set<() => Promise<void>>();

/**
 * Runs a clean-up when the run is interrupted, before the process ends.
 *
 * @returns Calls it off.
 */
export function onInterruption(cleanup: () => Promise<void>): () => void {
  if (cleanups.size === 0) {
    process.once('SIGINT', end);
    process.once('SIGTERM', end);
  }
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
    if (cleanups.size > 0) return;
    process.off('SIGINT', end);
    process.off('SIGTERM', end);
  };
}

function end(): void {
  void Promise.allSettled([...cleanups].map((cleanup) => cleanup())).then(() => process.exit(130));
}
