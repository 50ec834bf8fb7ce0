import type { A2ARedisError, A2ARedisErrorCode } from '@a2a-redis/core';
import { abbreviate, detailedError } from '@a2a-redis/core/shared';

import { configsKey, type TaskPlace } from './config-key.ts';

/**
 * An error about one field of a task's stored hash, in words that do not quote its value. Clients are told the task
 * only.
 */
export function fieldFault(
  code: A2ARedisErrorCode,
  place: TaskPlace,
  field: string,
  problem: string,
): A2ARedisError {
  return detailedError(code, unreadableConfigs(place), {
    detail: `Field ${abbreviate(field)} of key ${abbreviate(configsKey(place))} ${problem}.`,
  });
}

/** What clients are told, whatever is wrong with the configs of a task. */
export function unreadableConfigs({ taskId }: TaskPlace): string {
  return `The push-notification configs of task ${abbreviate(taskId)} cannot be read.`;
}
