import { A2ARedisError } from '@a2a-redis/core';

/** The fault of a queue object that was closed. */
export function queueClosed(queueId: string): A2ARedisError {
  return new A2ARedisError('QUEUE_CLOSED', `Queue ${JSON.stringify(queueId)} is closed.`);
}
