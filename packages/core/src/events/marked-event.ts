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

/** Reads an event of another replica; reports one that cannot be read. */
export function readEvent(
  task: TaskAddress,
  { mark, body }: TransportedEvent,
  services: BusServices,
): MarkedEvent | undefined {
  const event = decodeEvent(body);
  if (event !== undefined) return markedEvent(event, mark, services);
  const message = `An event of task ${JSON.stringify(task.taskId)} in ${task.log} cannot be read.`;
  services.onError(new A2ARedisError('CORRUPT_RECORD', message));
  return undefined;
}
