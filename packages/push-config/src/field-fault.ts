import { A2ARedisError, type A2ARedisErrorCode } from '@a2a-redis/core';
import { abbreviate } from '@a2a-redis/core/shared';

import { configsKey, type TaskPlace } from './config-key.ts';

/** An error about one field of a task's stored hash, in words that do not quote its value. */
export function fieldFault(
  code: A2ARedisErrorCode,
  place: TaskPlace,
  field: string,
  problem: string,
): A2ARedisError {
  return new A2ARedisError(
    code,
    `Field ${abbreviate(field)} of key ${abbreviate(configsKey(place))} ${problem}.`,
  );
}
