import { type Message, type Task, TaskState } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent } from '@a2a-js/sdk/server';
import * as fc from 'fast-check';

import { artifactOf, messageOf, statusAt, taskOf } from './fixtures.ts';

const IDS = { taskId: 't', contextId: 'context' };

/** A task event; the task is `t`. */
export function taskEvent(fields: Partial<Task> = {}): AgentExecutionEvent {
  return AgentEvent.task(taskOf('t', fields));
}

/** A chunk for an artifact of task `t`. */
export function chunkEvent(text: string, artifactId = 'a', append = true): AgentExecutionEvent {
  return AgentEvent.artifactUpdate({
    ...IDS,
    artifact: artifactOf(artifactId, [text]),
    append,
    lastChunk: false,
    metadata: undefined,
  });
}

/** A status of task `t`. */
export function statusEvent(
  timeMs: number,
  message?: Message,
  state?: TaskState,
): AgentExecutionEvent {
  const status = { ...statusAt(timeMs, state), message };
  return AgentEvent.statusUpdate({ ...IDS, status, metadata: undefined });
}

/** What an executor publishes: a task, statuses with messages, artifacts that are replaced and grow. */
export const agentEvents: fc.Arbitrary<AgentExecutionEvent[]> = fc
  .array(
    fc.oneof(
      { weight: 1, arbitrary: fc.constant('status' as const) },
      {
        weight: 3,
        arbitrary: fc.record({ id: fc.constantFrom('a', 'b'), append: fc.boolean() }),
      },
    ),
    { maxLength: 12 },
  )
  .map((shapes) => {
    const first = taskEvent({
      status: statusAt(0, TaskState.TASK_STATE_SUBMITTED),
      history: [messageOf('first')],
    });
    const rest = shapes.map((shape, index) =>
      shape === 'status'
        ? statusEvent(index + 1, messageOf(`message ${index}`))
        : chunkEvent(`chunk ${index}`, shape.id, shape.append),
    );
    rest.unshift(first);
    return rest;
  });
