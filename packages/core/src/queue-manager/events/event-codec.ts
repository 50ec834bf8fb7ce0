import { Message, Task, TaskArtifactUpdateEvent, TaskStatusUpdateEvent } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent } from '@a2a-js/sdk/server';

/**
 * An event as text: a letter for its kind, and its A2A JSON form. One line, whatever it holds.
 *
 * @throws {TypeError} Where the event is none of the SDK's.
 */
export function encodeEvent(event: AgentExecutionEvent): string {
  switch (event.kind) {
    case 'message':
      return `m${JSON.stringify(Message.toJSON(event.data))}`;
    case 'task':
      return `t${JSON.stringify(Task.toJSON(event.data))}`;
    case 'statusUpdate':
      return `s${JSON.stringify(TaskStatusUpdateEvent.toJSON(event.data))}`;
    case 'artifactUpdate':
      return `a${JSON.stringify(TaskArtifactUpdateEvent.toJSON(event.data))}`;
    default:
      throw new TypeError(`No kind of event: ${JSON.stringify(event)}`);
  }
}

/** What {@link encodeEvent} wrote; `undefined` for anything else. */
export function decodeEvent(text: string): AgentExecutionEvent | undefined {
  try {
    return parseEvent(text);
  } catch {
    // No JSON, or JSON with something in it that the SDK's own readers trip over.
    return undefined;
  }
}

function parseEvent(text: string): AgentExecutionEvent | undefined {
  const json: unknown = JSON.parse(text.slice(1));
  if (typeof json !== 'object' || json === null) return undefined;
  switch (text.charAt(0)) {
    case 'm':
      return AgentEvent.message(Message.fromJSON(json));
    case 't':
      return AgentEvent.task(Task.fromJSON(json));
    case 's':
      return AgentEvent.statusUpdate(TaskStatusUpdateEvent.fromJSON(json));
    case 'a':
      return AgentEvent.artifactUpdate(TaskArtifactUpdateEvent.fromJSON(json));
    default:
      return undefined;
  }
}
