import type { TaskStatus } from '@a2a-js/sdk';
import { AgentEvent } from '@a2a-js/sdk/server';

import type { IdentifiedEvent } from '../../event-ids/event-id.ts';
import type { EndReason } from '../events/end-status.ts';
import type { EndedRun } from '../execution/own-runs.ts';
import type { TaskAddress } from '../state/queue-keys.ts';

/** The publisher of the end that a run gets from others. */
export function endOf(run: string): string {
  return `${run}-end`;
}

/** The event that ends a task; all who end one run give it the same name. */
export function endEvent(
  { taskId }: TaskAddress,
  contextId: string,
  status: TaskStatus | undefined,
  publisher: string,
): IdentifiedEvent {
  const event = AgentEvent.statusUpdate({ taskId, contextId, status, metadata: {} });
  return { eventId: { publisher, counter: 1 }, event };
}

/** Whether it is known how everybody was told that a run ended. */
export function isTold(reason: EndReason | EndedRun): reason is EndedRun {
  return typeof reason !== 'string';
}
