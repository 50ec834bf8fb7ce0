import { invalidOption } from '@a2a-redis/core/shared';

const ENTRY_ID = /^\d{1,16}-\d{1,16}$/;

/** Whether a text is the id of an event of a direct queue. */
export function isEntryId(value: unknown): value is string {
  return typeof value === 'string' && ENTRY_ID.test(value);
}

/**
 * The id after which a new group begins; `$` for the end of the queue.
 *
 * @throws {A2ARedisError} `INVALID_OPTION`.
 */
export function startId(startFrom: unknown): string {
  if (startFrom === 'beginning') return '0-0';
  if (startFrom === 'now') return '$';
  if (isEntryId(startFrom)) return startFrom;
  const ms = startFrom instanceof Date ? startFrom.getTime() : Number.NaN;
  if (Number.isNaN(ms)) {
    throw invalidOption(
      'consumerConfig.startFrom',
      'must be "beginning", "now", a valid Date or the id of an event',
    );
  }
  // Sequences begin with 1, so that this is before all events of the moment.
  return `${Math.max(0, ms)}-0`;
}
