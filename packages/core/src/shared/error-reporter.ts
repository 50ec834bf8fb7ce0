import { A2ARedisError } from './errors.ts';

/** Distinct problems that are warned of; enough for any real cause, and a bound on memory. */
const MOST_WARNINGS = 100;

/**
 * What is done with errors in the background: handed to the application or, where it does not listen,
 * made a warning of the process. A listener that throws is warned of: it must not leave half-done what
 * reported the error, such as a reconnect of node-redis.
 *
 * @param what What the errors are of, for the warnings.
 * @param code The code of the warnings.
 * @param onError The application's listener.
 */
export function errorReporter(
  what: string,
  code: string,
  onError: ((error: Error) => void) | undefined,
): (error: Error) => void {
  const warned = new Set<string>();
  const warn = (text: string, detail = ''): void => {
    const shown = `${text}\n${detail}`;
    if (warned.has(shown) || warned.size >= MOST_WARNINGS) return;
    warned.add(shown);
    // Node prints a detail below the warning, an empty one as an empty line.
    const details = detail === '' ? {} : { detail };
    process.emitWarning(text, { type: 'A2ARedisWarning', code, ...details });
  };
  if (onError === undefined) {
    return (error) => {
      warn(`${what}: ${error.message}`, error instanceof A2ARedisError ? error.detail : undefined);
    };
  }
  return (error) => {
    try {
      onError(error);
    } catch (thrown) {
      warn(`${what}: option "onError" threw ${String(thrown)}`);
    }
  };
}
