import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

import { A2ARedisError } from '../../shared/errors.ts';
import { type EventId, withEventId } from '../../event-ids/event-id.ts';
import type { BusServices } from '../execution/bus-services.ts';
import { decodeEvent } from './event-codec.ts';
import type { TransportedEvent } from './event-transport.ts';
import type { TaskAddress } from './queue-keys.ts';

/** An event and which one it is. */
export interface IdentifiedEvent {
  readonly eventId: EventId;
  readonly event: AgentExecutionEvent;
}

/** An event as listeners get it: with its event id in it, where the task store reads event ids. */
export function identifiedEvent(
  event: AgentExecutionEvent,
  eventId: EventId,
  { trackingStore }: BusServices,
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
  services: BusServices,
): IdentifiedEvent {
  const event = decodeEvent(body);
  if (event !== undefined) return identifiedEvent(event, eventId, services);
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
  { transport }: BusServices,
): A2ARedisError {
  const place = transport.keepsEvents ? task.log : task.channel;
  return new A2ARedisError(
    'CORRUPT_RECORD',
    `Event ${eventId.counter} of run ${eventId.publisher} in ${JSON.stringify(place)} cannot be read.`,
  );
}
