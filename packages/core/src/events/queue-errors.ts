import { channel } from 'node:diagnostics_channel';

import { A2ARedisError } from '../errors.ts';

/** Distinct problems that are warned of; enough for any real cause, and a bound on memory. */
const MOST_WARNINGS = 100;

const queueChannel = channel('a2a-redis:queue');

/**
 * What is done with errors in the background: published on the diagnostics channel `a2a-redis:queue`,
 * and handed to the application or, where it does not listen, made a warning of the process.
 */
export function queueErrorReporter(
  onError: ((error: Error) => void) | undefined,
): (error: unknown) => void {
  const warned = new Set<string>();
  const warn = (text: string): void => {
    if (warned.has(text) || warned.size >= MOST_WARNINGS) return;
    warned.add(text);
    process.emitWarning(text, { type: 'A2ARedisWarning', code: 'EVENT_QUEUE_ERROR' });
  };
  return (thrown) => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (queueChannel.hasSubscribers) queueChannel.publish({ type: 'error', error });
    if (onError === undefined) {
      warn(`Event queues: ${error.message}`);
      return;
    }
    try {
      onError(error);
    } catch (failure) {
      warn(`Event queues: option "onError" threw ${String(failure)}`);
    }
  };
}

/** A run that another replica has ended. */
export function runEnded(taskId: string): A2ARedisError {
  return new A2ARedisError(
    'RUN_ENDED',
    `Another replica ended task ${JSON.stringify(taskId)}, because this process gave no sign of life. What it still publishes is dropped.`,
  );
}
