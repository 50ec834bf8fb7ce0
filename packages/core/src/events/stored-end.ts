import { AgentEvent, type AgentExecutionEvent, type ServerCallContext } from '@a2a-js/sdk/server';

import { isTerminal } from '../task-state.ts';
import type { BusServices } from './bus-services.ts';
import type { TaskAddress } from './queue-keys.ts';

/** The terminal status that the store has of a task, as an event. Where it cannot tell, that is reported. */
export async function storedEnd(
  { taskId }: TaskAddress,
  { store, onError }: BusServices,
  context: ServerCallContext,
): Promise<AgentExecutionEvent | undefined> {
  try {
    const task = await store?.load(taskId, context);
    if (task === undefined || !isTerminal(task.status)) return undefined;
    const { contextId, status } = task;
    return AgentEvent.statusUpdate({ taskId, contextId, status, metadata: undefined });
  } catch (error) {
    onError(error);
    return undefined;
  }
}
