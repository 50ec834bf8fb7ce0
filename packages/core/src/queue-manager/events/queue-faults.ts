import { A2ARedisError } from '../../shared/errors.ts';

/** The fault of a call whose signal fired. */
export function callAborted(queueId: string, signal: AbortSignal): A2ARedisError {
  return new A2ARedisError('ABORTED', `A read of queue ${JSON.stringify(queueId)} was aborted.`, {
    cause: signal.reason,
  });
}

/** Events that readers of a direct queue cannot get any more. */
export function queueEventsLost(
  queueId: string,
  reason: string,
  options?: ErrorOptions,
): A2ARedisError {
  return new A2ARedisError(
    'EVENTS_LOST',
    `Events of queue ${JSON.stringify(queueId)} were lost to a reader: ${reason}.`,
    options,
  );
}
