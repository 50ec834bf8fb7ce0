import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

import { A2ARedisError } from '../../shared/errors.ts';
import { encodeEvent } from '../events/event-codec.ts';

/** Options of the reads of a direct queue. */
export interface DequeueOptions {
  /**
   * Whether to resolve to `undefined` where there is no event, instead of waiting for one.
   * @default false
   */
  readonly noWait?: boolean | undefined;
  /**
   * Ends the wait.
   * @default none
   */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The text of an event that is put into a direct queue.
 *
 * @throws {A2ARedisError} `INVALID_ARGUMENT` for what is none of the SDK.
 */
export function queuedText(event: AgentExecutionEvent): string {
  try {
    return encodeEvent(event);
  } catch (cause) {
    throw new A2ARedisError('INVALID_ARGUMENT', 'The event is none of the SDK.', { cause });
  }
}

/** The fault of a queue object that was closed. */
export function queueClosed(queueId: string, advice?: string): A2ARedisError {
  const closed = `Queue ${JSON.stringify(queueId)} is closed.`;
  return new A2ARedisError('QUEUE_CLOSED', advice === undefined ? closed : `${closed} ${advice}`);
}
