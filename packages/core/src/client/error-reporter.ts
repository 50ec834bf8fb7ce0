/** Distinct problems that are warned of; enough for any real cause, and a bound on memory. */
const MOST_WARNINGS = 100;

/**
 * What is done with connection errors of a working client. Without any listener, the first would
 * end the process; with one that throws, it would leave node-redis half-way through a reconnect.
 */
export function errorReporter(
  name: string,
  onError: ((error: Error) => void) | undefined,
): (error: Error) => void {
  const warned = new Set<string>();
  const warn = (text: string): void => {
    if (warned.has(text) || warned.size >= MOST_WARNINGS) return;
    warned.add(text);
    process.emitWarning(text, { type: 'A2ARedisWarning', code: 'REDIS_CLIENT_ERROR' });
  };
  if (onError === undefined) return (error) => warn(`Redis client ${name}: ${error.message}`);
  return (error) => {
    try {
      onError(error);
    } catch (thrown) {
      warn(`Redis client ${name}: option "onError" threw ${String(thrown)}`);
    }
  };
}
