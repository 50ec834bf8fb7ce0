import { detailedError } from '../../shared/detailed-error.ts';
import { A2ARedisError } from '../../shared/errors.ts';
import type { IdentifiedEvent } from '../../event-ids/event-id.ts';
import { decodeEvent } from './event-codec.ts';
import type { EventTransport, TransportedEvent } from './event-transport.ts';
import type { TaskAddress } from '../state/queue-keys.ts';

/**
 * Reads an event of another replica.
 *
 * @throws {A2ARedisError} `EVENTS_LOST` where it cannot be read; its cause is a `CORRUPT_RECORD`.
 */
export function readEvent(
  task: TaskAddress,
  { eventId, body }: TransportedEvent,
  services: { readonly transport: Pick<EventTransport, 'placeOf'> },
): IdentifiedEvent {
  const event = decodeEvent(body);
  if (event !== undefined) return { eventId, event };
  const taskId = JSON.stringify(task.taskId);
  throw new A2ARedisError(
    'EVENTS_LOST',
    `An event of task ${taskId} was lost to a subscriber: it cannot be read. Subscribe again for a fresh snapshot.`,
    { cause: unreadableEvent(task, { eventId, body }, services) },
  );
}

/** What is wrong with an event that cannot be read, and where it is. */
export function unreadableEvent(
  task: TaskAddress,
  { eventId }: TransportedEvent,
  { transport }: { readonly transport: Pick<EventTransport, 'placeOf'> },
): A2ARedisError {
  const place = JSON.stringify(transport.placeOf(task));
  return detailedError(
    'CORRUPT_RECORD',
    `An event of task ${JSON.stringify(task.taskId)} cannot be read.`,
    { detail: `Event ${eventId.counter} of run ${eventId.publisher} in ${place} cannot be read.` },
  );
}
