import { A2ARedisError } from '@a2a-redis/core';

/** Events that were set aside. */
export function eventsSetAside(queueId: string, what: string): A2ARedisError {
  return new A2ARedisError(
    'EVENT_SET_ASIDE',
    `Queue ${JSON.stringify(queueId)} has set aside ${what}; see readPoison().`,
  );
}

/** Whether a call may succeed when it is made again. */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof A2ARedisError &&
    (error.code === 'DEADLINE_EXCEEDED' ||
      error.code === 'UNAVAILABLE' ||
      error.code === 'OUTCOME_UNKNOWN')
  );
}
