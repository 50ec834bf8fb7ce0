import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

import { detailedError } from '../../shared/detailed-error.ts';
import { A2ARedisError } from '../../shared/errors.ts';
import { type EventId, type IdentifiedEvent, withEventId } from '../../event-ids/event-id.ts';
import type { EventTrackingStore } from '../../event-ids/event-tracking-store.ts';
import { decodeEvent } from './event-codec.ts';
import type { EventTransport, TransportedEvent } from './event-transport.ts';
import type { TaskAddress } from '../state/queue-keys.ts';

/** What is known of how the events of a manager are stored and sent. */
interface EventSettings {
  /** The store of the tasks, where it reads the ids of events. */
  readonly trackingStore: EventTrackingStore | undefined;
  readonly transport: Pick<EventTransport, 'placeOf'>;
}

/** An event as listeners get it: with its event id in it, where the task store reads event ids. */
export function identifiedEvent(
  event: AgentExecutionEvent,
  eventId: EventId,
  { trackingStore }: Pick<EventSettings, 'trackingStore'>,
): IdentifiedEvent {
  return { eventId, event: trackingStore === undefined ? event : withEventId(event, eventId) };
}

/**
 * Reads an event of another replica.
 *
 * @throws {A2ARedisError} `EVENTS_LOST` where it cannot be read; its cause is a `CORRUPT_RECORD`.
 */
export function readEvent(
  task: TaskAddress,
  { eventId, body }: TransportedEvent,
  settings: EventSettings,
): IdentifiedEvent {
  const event = decodeEvent(body);
  if (event !== undefined) return identifiedEvent(event, eventId, settings);
  const taskId = JSON.stringify(task.taskId);
  throw new A2ARedisError(
    'EVENTS_LOST',
    `An event of task ${taskId} was lost to a subscriber: it cannot be read. Subscribe again for a fresh snapshot.`,
    { cause: unreadableEvent(task, { eventId, body }, settings) },
  );
}

/** What is wrong with an event that cannot be read, and where it is. */
export function unreadableEvent(
  task: TaskAddress,
  { eventId }: TransportedEvent,
  { transport }: Pick<EventSettings, 'transport'>,
): A2ARedisError {
  const place = JSON.stringify(transport.placeOf(task));
  return detailedError(
    'CORRUPT_RECORD',
    `An event of task ${JSON.stringify(task.taskId)} cannot be read.`,
    { detail: `Event ${eventId.counter} of run ${eventId.publisher} in ${place} cannot be read.` },
  );
}
