import { AgentEvent, type AgentExecutionEvent, type ServerCallContext } from '@a2a-js/sdk/server';

import type { AppliedEvents } from '../../event-ids/applied-events.ts';
import { type EventId, withEventId } from '../../event-ids/event-id.ts';
import { isTerminal } from '../../shared/state-kinds.ts';
import type { BusServices } from '../execution/bus-services.ts';
import type { TaskAddress } from '../state/queue-keys.ts';

/**
 * The terminal status that the store has of a task, as an event: identified as one that is stored, so that it
 * is neither stored again nor told to webhooks. Where the store cannot tell, that is reported.
 */
export async function storedEnd(
  { taskId }: TaskAddress,
  { store, trackingStore, onError }: BusServices,
  context: ServerCallContext,
): Promise<AgentExecutionEvent | undefined> {
  try {
    const [task, applied] = await Promise.all([
      store?.load(taskId, context),
      trackingStore?.appliedEvents(taskId, context),
    ]);
    if (task === undefined || !isTerminal(task.status)) return undefined;
    const { contextId, status } = task;
    const end = AgentEvent.statusUpdate({ taskId, contextId, status, metadata: undefined });
    const eventId = applied && someOf(applied);
    return eventId === undefined ? end : withEventId(end, eventId);
  } catch (error) {
    onError(error);
    return undefined;
  }
}

/** An event of these. */
export function someOf(applied: AppliedEvents): EventId | undefined {
  for (const publisher of applied.publishers()) {
    const counter = applied.ranges(publisher)[0]?.first;
    if (counter !== undefined) return { publisher, counter };
  }
  return undefined;
}
