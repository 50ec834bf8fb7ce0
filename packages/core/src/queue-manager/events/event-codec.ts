import { Message, Task, TaskArtifactUpdateEvent, TaskStatusUpdateEvent } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent } from '@a2a-js/sdk/server';

import {
  ARTIFACT_UPDATE_SHAPE,
  MESSAGE_SHAPE,
  type Shape,
  STATUS_UPDATE_SHAPE,
  TASK_SHAPE,
} from '../../shared/stored-shape.ts';
import { wholeEvent } from './whole-event.ts';

/**
 * An event as text: a letter for its kind, and its A2A JSON form. One line, whatever it holds.
 *
 * @throws {TypeError} Where the event is none of the SDK's.
 */
export function encodeEvent(event: AgentExecutionEvent): string {
  // The SDK's codecs write what is left out as something else, or trip over it.
  return encodeWholeEvent(wholeEvent(event));
}

/** As {@link encodeEvent}, of an event in which nothing is left out: see `whole-event.ts`. */
export function encodeWholeEvent(event: AgentExecutionEvent): string {
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

/** What the text of an event must look like, by its letter: the SDK's readers take anything for something. */
const SHAPES: ReadonlyMap<string, Shape> = new Map([
  ['m', MESSAGE_SHAPE],
  ['t', TASK_SHAPE],
  ['s', STATUS_UPDATE_SHAPE],
  ['a', ARTIFACT_UPDATE_SHAPE],
]);

function parseEvent(text: string): AgentExecutionEvent | undefined {
  const kind = text.charAt(0);
  const shape = SHAPES.get(kind);
  if (shape === undefined) return undefined;
  const json: unknown = JSON.parse(text.slice(1));
  if (shape(json) !== undefined) return undefined;
  switch (kind) {
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
