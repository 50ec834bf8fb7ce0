import type { Artifact, Task } from '@a2a-js/sdk';
import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

/** Which event of which publisher: every event of a task's bus has another one. */
export interface EventId {
  /** Unique to one bus of one process. */
  readonly publisher: string;
  /** 1 for the publisher's first event, and one more for each. */
  readonly counter: number;
}

/** An event and which one it is. */
export interface IdentifiedEvent {
  readonly eventId: EventId;
  readonly event: AgentExecutionEvent;
}

/**
 * The name under which an event id travels on parts, statuses and tasks.
 *
 * An ordinary, enumerable property: it must survive `structuredClone`, with which the SDK's result
 * manager copies what it puts into a task. Symbols and properties that are not enumerable do not. It is
 * taken off again before the request handler hands anything on; see `request-copies.ts`. It never reaches
 * a peer in any case: the SDK's `toJSON` and protobuf encoders write the fields that they know.
 */
const EVENT_ID_PROPERTY = 'a2a-redis:event';

/**
 * Stands beside the event id of an artifact whose event appends. Where the task had no such artifact yet,
 * what the SDK makes of the event does not tell.
 */
const APPEND_PROPERTY = 'a2a-redis:append';

const EVENT_ID_TEXT = /^([\w-]+)\.([1-9]\d{0,15})(?:\/\d+)?$/;

/** An event id as text: `<publisher>.<counter>`. */
export function eventIdText({ publisher, counter }: EventId): string {
  return `${publisher}.${counter}`;
}

/** What a value bears as its event id, as text; `undefined` where it bears none. */
export function textOfEventId(value: object): unknown {
  return Reflect.get(value, EVENT_ID_PROPERTY);
}

/** The event id of a part, an artifact, a status or a task; `undefined` where it has none. */
export function eventIdOf(value: object): EventId | undefined {
  const text = textOfEventId(value);
  const match = typeof text === 'string' ? EVENT_ID_TEXT.exec(text) : null;
  const [, publisher, counter] = match ?? [];
  if (publisher === undefined) return undefined;
  return { publisher, counter: Number(counter) };
}

/** Whether an identified artifact is that of an event which appends to an artifact. */
export function isAppended(artifact: object): boolean {
  return Reflect.get(artifact, APPEND_PROPERTY) === true;
}

/** Takes the event id from a value. Whether it bore one. */
export function dropEventId(value: object): boolean {
  if (!Object.hasOwn(value, EVENT_ID_PROPERTY)) return false;
  // In the order in which an engine takes back what was added last.
  if (Object.hasOwn(value, APPEND_PROPERTY)) Reflect.deleteProperty(value, APPEND_PROPERTY);
  return Reflect.deleteProperty(value, EVENT_ID_PROPERTY);
}

/** Takes the event id from an artifact and from its last parts, where an event's are. */
export function dropArtifactEventId(artifact: Artifact): void {
  dropEventId(artifact);
  const { parts } = artifact;
  let last = (parts?.length ?? 0) - 1;
  while (last >= 0 && dropEventId(parts[last] ?? {})) last -= 1;
}

/** Takes the event ids from a task. */
export function dropTaskEventIds(task: Task): void {
  dropEventId(task);
  if (task.status) dropEventId(task.status);
  for (const artifact of task.artifacts ?? []) dropArtifactEventId(artifact);
}

/**
 * A copy of an event whose id gets into the task with what the event brings. The copy shares the
 * values with the event; the event stays as it was published.
 *
 * @param copy Tells copies of one event apart.
 */
export function withEventId(
  event: AgentExecutionEvent,
  eventId: EventId,
  copy?: number,
): AgentExecutionEvent {
  const id = eventIdText(eventId);
  const text = copy === undefined ? id : `${id}/${copy}`;
  switch (event.kind) {
    case 'task':
      return { kind: 'task', data: bearing(event.data, text) };
    case 'statusUpdate': {
      const { status } = event.data;
      if (status === undefined) return event;
      return { kind: 'statusUpdate', data: { ...event.data, status: bearing(status, text) } };
    }
    case 'artifactUpdate': {
      const { artifact, append } = event.data;
      if (artifact === undefined) return event;
      const bearer = bearing(artifact, text);
      bearer.parts = artifact.parts.map((part) => bearing(part, text));
      const held = append ? { ...bearer, 'a2a-redis:append': true } : bearer;
      return { kind: 'artifactUpdate', data: { ...event.data, artifact: held } };
    }
    // A message is an answer of its own: no task holds it.
    case 'message':
    default:
      return event;
  }
}

/** A copy of a value. By its name, rather than by a constant that holds it, an engine sets a property much faster. */
function bearing<T extends object>(value: T, text: string): T {
  return { ...value, 'a2a-redis:event': text };
}
