import type { Task } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent } from '@a2a-js/sdk/server';

import type { AppliedEvents } from '../../event-ids/applied-events.ts';
import type { EventId } from '../../event-ids/event-id.ts';
import { contextOfScope } from '../../shared/scope.ts';
import { isTerminal } from '../../shared/state-kinds.ts';
import type { BusServices } from '../execution/bus-services.ts';
import type { HeardEvent } from '../execution/event-publisher.ts';
import { untilRecorded } from '../execution/recorded-task.ts';
import type { TaskAddress } from '../state/queue-keys.ts';

/**
 * The end that the store has of a task, as an event for one who does not know of it: the terminal status, or
 * the whole task, where that is not all that they lack. Its id is that of one that is stored, so that it is
 * neither stored again nor told to webhooks: who brought the task to its end has told them. `undefined` where the task has none.
 *
 * @param known What they have of the task; absent where that is not known, and so taken to be all but the end.
 * @throws Where the store cannot tell.
 */
export async function storedEnd(
  address: TaskAddress,
  services: BusServices,
  known?: AppliedEvents,
): Promise<HeardEvent | undefined> {
  const { store, trackingStore } = services;
  const { taskId, scope } = address;
  // A caller's own context may be that of a request that executes the task, which sees one step after the other.
  const context = contextOfScope(scope);
  await untilRecorded(address, services);
  const [task, applied] = await Promise.all([
    store?.load(taskId, context),
    trackingStore?.appliedEvents(taskId, context),
  ]);
  if (task === undefined || !isTerminal(task.status)) return undefined;
  const event = lacksMore(applied, known) ? AgentEvent.task(task) : statusOfTask(task);
  const eventId = trackingStore === undefined ? STORED : applied && someOf(applied);
  return { event, ...(eventId && { eventId }) };
}

/** Stands for an event that is stored, where the store does not tell which: it is none of this process's. */
const STORED: EventId = { publisher: 'stored', counter: 1 };

/** Whether somebody lacks more of a task than its end. */
function lacksMore(applied: AppliedEvents | undefined, known: AppliedEvents | undefined): boolean {
  if (known === undefined) return false;
  return applied === undefined || applied.countBeyond(known) > 1;
}

function statusOfTask({ id: taskId, contextId, status }: Task): AgentExecutionEvent {
  return AgentEvent.statusUpdate({ taskId, contextId, status, metadata: undefined });
}

/** An event of these. */
export function someOf(applied: AppliedEvents): EventId | undefined {
  for (const publisher of applied.publishers()) {
    const counter = applied.ranges(publisher)[0]?.first;
    if (counter !== undefined) return { publisher, counter };
  }
  return undefined;
}
