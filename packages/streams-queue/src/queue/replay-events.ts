import type { AgentExecutionEvent } from '@a2a-js/sdk/server';
import { A2ARedisError } from '@a2a-redis/core';
import { detailedError } from '@a2a-redis/core/shared';
import { decodeEvent, queueEventsLost } from '@a2a-redis/core/queue-manager';

import { requireCount, requireEntryId } from './call-arguments.ts';
import type { DirectQueueLog } from './direct-queue-log.ts';

/** How many events are read at once. */
const EVENTS_PER_READ = 128;

/** Options of `RedisStreamsEventQueue.replay`. */
export interface ReplayOptions {
  /**
   * The id of the first event, or the moment from which on events are read.
   * @default the oldest event that is kept
   */
  readonly from?: string | Date | undefined;
  /**
   * How many events at most.
   * @default all
   */
  readonly count?: number | undefined;
}

/** An event that was read again. */
export interface ReplayedEvent {
  /** Its id in the queue: `<milliseconds>-<sequence>`, the sequence without gaps. */
  readonly id: string;
  /** When Redis took it. */
  readonly enqueuedAt: Date;
  readonly event: AgentExecutionEvent;
}

/** Reads a queue without a group, from an id or a moment on. */
export async function* replayEvents(
  log: DirectQueueLog,
  options: ReplayOptions,
  onError: (error: unknown) => void,
): AsyncGenerator<ReplayedEvent, void, undefined> {
  let from = firstId(options.from);
  let left = options.count === undefined ? Number.POSITIVE_INFINITY : requireCount(options.count);
  // Where the first event is named, it must be there; from a moment on, whatever is kept.
  let expected = typeof options.from === 'string' ? sequenceOf(from) : undefined;
  while (left > 0) {
    const events = await log.range(from, Math.min(left, EVENTS_PER_READ));
    for (const { id, stored } of events) {
      const sequence = sequenceOf(id);
      if (expected !== undefined && sequence > expected) {
        throw queueEventsLost(log.keys.queueId, `those before ${id} were trimmed`);
      }
      expected = sequence + 1;
      const event = decodeEvent(stored);
      if (event === undefined) onError(corruptEvent(log, id));
      else yield { id, enqueuedAt: new Date(Number.parseInt(id, 10)), event };
    }
    left -= events.length;
    const last = events.at(-1);
    if (last === undefined || events.length < EVENTS_PER_READ) return;
    from = `(${last.id}`;
  }
}

function firstId(from: unknown): string {
  if (from === undefined) return '-';
  if (!(from instanceof Date)) return requireEntryId('from', from);
  const ms = from.getTime();
  if (Number.isNaN(ms)) throw new A2ARedisError('INVALID_ARGUMENT', '"from" is an invalid Date.');
  return `${Math.max(0, ms)}-0`;
}

function sequenceOf(id: string): number {
  return Number(id.slice(id.indexOf('-') + 1));
}

function corruptEvent(log: DirectQueueLog, id: string): A2ARedisError {
  return detailedError(
    'CORRUPT_RECORD',
    `Event ${id} of queue ${JSON.stringify(log.keys.queueId)} cannot be read and is left out.`,
    { detail: `Event ${id} of ${JSON.stringify(log.keys.events)} cannot be read and is left out.` },
  );
}
