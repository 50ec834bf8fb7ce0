import { A2ARedisError } from '@a2a-redis/core';

/** The fault of a queue object that was closed. */
export function queueClosed(queueId: string): A2ARedisError {
  return new A2ARedisError('QUEUE_CLOSED', `Queue ${JSON.stringify(queueId)} is closed.`);
}

/** The fault of a call whose signal fired. */
export function callAborted(queueId: string, signal: AbortSignal): A2ARedisError {
  return new A2ARedisError('ABORTED', `A read of queue ${JSON.stringify(queueId)} was aborted.`, {
    cause: signal.reason,
  });
}

/** Events that a reader cannot get any more. */
export function eventsLost(queueId: string, reason: string, options?: ErrorOptions): A2ARedisError {
  return new A2ARedisError(
    'EVENTS_LOST',
    `Events of queue ${JSON.stringify(queueId)} were lost to a reader: ${reason}.`,
    options,
  );
}
