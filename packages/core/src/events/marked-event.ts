import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

import { A2ARedisError } from '../errors.ts';
import { type EventMark, markEvent } from '../marks/event-mark.ts';
import type { BusServices } from './bus-services.ts';
import { decodeEvent } from './event-codec.ts';
import type { TransportedEvent } from './event-transport.ts';
import type { TaskAddress } from './queue-keys.ts';

/** An event and which one it is. */
export interface MarkedEvent {
  readonly mark: EventMark;
  readonly event: AgentExecutionEvent;
}

/** An event as listeners get it: with its mark in it, where the task store reads marks. */
export function markedEvent(
  event: AgentExecutionEvent,
  mark: EventMark,
  { marks }: BusServices,
): MarkedEvent {
  return { mark, event: marks === undefined ? event : markEvent(event, mark) };
}

/**
 * Reads an event of another replica.
 *
 * @throws {A2ARedisError} `EVENTS_LOST` where it cannot be read; its cause is a `CORRUPT_RECORD`.
 */
export function readEvent(
  task: TaskAddress,
  { mark, body }: TransportedEvent,
  services: BusServices,
): MarkedEvent {
  const event = decodeEvent(body);
  if (event !== undefined) return markedEvent(event, mark, services);
  const taskId = JSON.stringify(task.taskId);
  throw new A2ARedisError(
    'EVENTS_LOST',
    `An event of task ${taskId} was lost to a subscriber: it cannot be read. Subscribe again for a fresh snapshot.`,
    { cause: unreadableEvent(task, { mark, body }, services) },
  );
}

/** What is wrong with an event that cannot be read, and where it is. */
export function unreadableEvent(
  task: TaskAddress,
  { mark }: TransportedEvent,
  { transport }: BusServices,
): A2ARedisError {
  const place = transport.keepsEvents ? task.log : task.channel;
  return new A2ARedisError(
    'CORRUPT_RECORD',
    `Event ${mark.counter} of run ${mark.publisher} in ${JSON.stringify(place)} cannot be read.`,
  );
}
