import { AgentEvent, type AgentExecutionEvent, type ServerCallContext } from '@a2a-js/sdk/server';

import type { AppliedEvents } from '../marks/applied-events.ts';
import { type EventMark, markEvent } from '../marks/event-mark.ts';
import { isTerminal } from '../task-state.ts';
import type { BusServices } from './bus-services.ts';
import type { TaskAddress } from './queue-keys.ts';

/**
 * The terminal status that the store has of a task, as an event: marked as one that is stored, so that it
 * is neither stored again nor told to webhooks. Where the store cannot tell, that is reported.
 */
export async function storedEnd(
  { taskId }: TaskAddress,
  { store, marks, onError }: BusServices,
  context: ServerCallContext,
): Promise<AgentExecutionEvent | undefined> {
  try {
    const [task, applied] = await Promise.all([
      store?.load(taskId, context),
      marks?.appliedEvents(taskId, context),
    ]);
    if (task === undefined || !isTerminal(task.status)) return undefined;
    const { contextId, status } = task;
    const end = AgentEvent.statusUpdate({ taskId, contextId, status, metadata: undefined });
    const mark = applied && someOf(applied);
    return mark === undefined ? end : markEvent(end, mark);
  } catch (error) {
    onError(error);
    return undefined;
  }
}

/** An event of these. */
export function someOf(applied: AppliedEvents): EventMark | undefined {
  for (const publisher of applied.publishers()) {
    const counter = applied.ranges(publisher)[0]?.first;
    if (counter !== undefined) return { publisher, counter };
  }
  return undefined;
}
