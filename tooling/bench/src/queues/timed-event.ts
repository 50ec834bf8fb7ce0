import { TaskArtifactUpdateEvent } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent } from '@a2a-js/sdk/server';

import { chunkEvent } from '../agent.ts';
import { CHUNK_BYTES } from '../workload.ts';

/** An event of {@link CHUNK_BYTES} of text that says when it was made. */
export function timedEvent(taskId: string, index: number): AgentExecutionEvent {
  const data = chunkEvent({ taskId, contextId: 'bench', artifactId: 'answer' }, index);
  const [part] = data.artifact?.parts ?? [];
  const text = `${process.hrtime.bigint()} `.padEnd(CHUNK_BYTES, 'x');
  if (part !== undefined) part.content = { $case: 'text', value: text };
  return AgentEvent.artifactUpdate(data);
}

/** The same event as an application would write it into a message. */
export function payloadOf(event: AgentExecutionEvent): string {
  if (event.kind !== 'artifactUpdate') throw new TypeError('Not a timed event.');
  return JSON.stringify(TaskArtifactUpdateEvent.toJSON(event.data));
}

/** How long ago an event was made, in microseconds: processes of one machine share the clock. */
export function ageOf(event: AgentExecutionEvent): number {
  if (event.kind !== 'artifactUpdate') throw new TypeError('Not a timed event.');
  const content = event.data.artifact?.parts[0]?.content;
  const [made = ''] = content?.$case === 'text' ? content.value.split(' ', 1) : [];
  return Number(process.hrtime.bigint() - BigInt(made)) / 1000;
}

/** The event that {@link payloadOf} wrote. */
export function eventOf(payload: string): AgentExecutionEvent {
  return AgentEvent.artifactUpdate(TaskArtifactUpdateEvent.fromJSON(JSON.parse(payload)));
}
