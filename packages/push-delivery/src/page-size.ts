import { A2ARedisError } from '@a2a-redis/core';

const MOST = 1000;

/**
 * Reads the size of a page.
 *
 * @throws {A2ARedisError} `INVALID_ARGUMENT` for anything but a whole number from 1 to 1000.
 */
export function pageSizeOf(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST) {
    return value;
  }
  throw new A2ARedisError(
    'INVALID_ARGUMENT',
    `The page size must be a whole number from 1 to ${MOST}.`,
  );
}
