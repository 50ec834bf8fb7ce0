import { channel } from 'node:diagnostics_channel';

import { errorReporter } from '../../shared/error-reporter.ts';
import { detailedError } from '../../shared/detailed-error.ts';
import { A2ARedisError, type A2ARedisErrorOptions, isClientClosed } from '../../shared/errors.ts';
import { isRefusal } from '../../redis/command-fault.ts';
import { DAMAGE_REMOVED } from '../../redis/script-runner.ts';
import type { TaskAddress } from '../state/queue-keys.ts';

const queueChannel = channel('a2a-redis:queue');

/** What is done with errors in the background; also told on the diagnostics channel `a2a-redis:queue`. */
export function queueErrorReporter(
  onError: ((error: Error) => void) | undefined,
): (error: unknown) => void {
  const report = errorReporter('Event queues', 'EVENT_QUEUE_ERROR', onError);
  return (thrown) => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (queueChannel.hasSubscribers) queueChannel.publish({ type: 'error', error });
    report(error);
  };
}

/** A run that another replica has ended. */
export function runEnded(taskId: string): A2ARedisError {
  return new A2ARedisError(
    'RUN_ENDED',
    `Another replica ended task ${JSON.stringify(taskId)}, because this process gave no sign of life. What it still publishes is dropped.`,
  );
}

/** Events that follow others which a subscriber does not have: a failover took those back. */
export function eventsSkipped(taskId: string): A2ARedisError {
  return new A2ARedisError(
    'EVENTS_LOST',
    `Events of task ${JSON.stringify(taskId)} were lost to a subscriber: what came in follows others that are nowhere any more. Subscribe again for a fresh snapshot.`,
  );
}

/** An execution of which the other replicas could not be told. */
export function neverEntered(taskId: string): A2ARedisError {
  return new A2ARedisError(
    'DEADLINE_EXCEEDED',
    `Task ${JSON.stringify(taskId)} is not executed: Redis could not be told of it in time.`,
  );
}

/** A task of which Redis knows nothing, and takes nothing either, so that whoever executes it cannot say so. */
export function notFoundOut(taskId: string): A2ARedisError {
  return new A2ARedisError(
    'DEADLINE_EXCEEDED',
    `Whether task ${JSON.stringify(taskId)} is executed could not be found out in time: Redis has lost it, and refuses what would say so.`,
  );
}

/** A request that was about to execute a task, and did not. */
export function neverExecuted(taskId: string): A2ARedisError {
  return new A2ARedisError(
    'EVENTS_LOST',
    `Nothing was executed of task ${JSON.stringify(taskId)}: the request that was about to has failed before.`,
  );
}

/** A message on a task's channel that nothing here wrote. */
export function unreadableMessage({ taskId, channel: name }: TaskAddress): A2ARedisError {
  return detailedError(
    'CORRUPT_RECORD',
    `A message of task ${JSON.stringify(taskId)} cannot be read.`,
    { detail: `A message on channel ${JSON.stringify(name)} cannot be read.` },
  );
}

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
  options?: A2ARedisErrorOptions,
): A2ARedisError {
  return new A2ARedisError(
    'EVENTS_LOST',
    `Events of queue ${JSON.stringify(queueId)} were lost to a reader: ${reason}.`,
    options,
  );
}

/** Whether it is of no use to try again: an event holds what no record can, or more than one write takes. */
export function isUnstorable(error: unknown): error is Error {
  // What a store copies may hold functions.
  if (error instanceof Error && error.name === 'DataCloneError') return true;
  if (!(error instanceof A2ARedisError)) return false;
  return error.code === 'INVALID_ARGUMENT' || error.code === 'LIMIT_EXCEEDED';
}

/** Whether to wait is of no use: who waits for others is told. */
export function isHopeless(error: unknown): error is A2ARedisError {
  return isClientClosed(error) || isRefusal(error);
}

/** Whether something stored was found that nothing here wrote. */
export function isDamage(error: unknown): error is A2ARedisError {
  return error instanceof A2ARedisError && error.code === 'CORRUPT_RECORD';
}

/** Whether that was removed: other than a record, which stays as it is. */
export function isRemovedDamage(error: unknown): error is A2ARedisError {
  return isDamage(error) && error.message === DAMAGE_REMOVED;
}
