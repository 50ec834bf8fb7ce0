import {
  AgentEvent,
  type AgentExecutionEvent,
  ResultManager,
  type TaskStore,
} from '@a2a-js/sdk/server';
import { withEventId } from '@a2a-redis/core/task-store';

import { artifactOf } from '../task-store/fixtures.ts';
import { CONTEXT, text } from './fixtures.ts';

/** A chunk that is appended to an artifact of task `t`. */
export function chunk(value: string, artifactId = 'a'): AgentExecutionEvent {
  return AgentEvent.artifactUpdate({
    taskId: 't',
    contextId: 'context',
    artifact: artifactOf(artifactId, [], { parts: [text(value)] }),
    append: true,
    lastChunk: false,
    metadata: undefined,
  });
}

/** Who publishes events that are {@link marked}. */
export const PUBLISHER = '0123456789abcdef-1';

/** An event with the event id that a bus gives it. */
export function identified(
  event: AgentExecutionEvent,
  counter: number,
  publisher: string = PUBLISHER,
): AgentExecutionEvent {
  return withEventId(event, { publisher, counter });
}

/** Applies events to a store as a listener of the SDK does. */
export async function listen(
  store: TaskStore,
  events: readonly AgentExecutionEvent[],
): Promise<void> {
  const manager = new ResultManager(store, CONTEXT);
  for (const event of events) await manager.processEvent(event);
}
