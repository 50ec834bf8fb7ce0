import { A2ARedisError } from '@a2a-redis/core';

import { isEntryId } from './stream-start.ts';

/** @throws {A2ARedisError} `INVALID_ARGUMENT`. */
export function requireEntryId(name: string, value: unknown): string {
  if (isEntryId(value)) return value;
  throw new A2ARedisError(
    'INVALID_ARGUMENT',
    `"${name}" must be an id such as "1700000000000-1", not ${JSON.stringify(value)}.`,
  );
}

/** @throws {A2ARedisError} `INVALID_ARGUMENT`. */
export function requireCount(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw new A2ARedisError(
    'INVALID_ARGUMENT',
    `"count" must be a whole number from 1, not ${String(value)}.`,
  );
}
