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
 * manager copies what it puts into a task. It never reaches a peer: the SDK's `toJSON` and protobuf
 * encoders write the fields that they know.
 */
const EVENT_ID_PROPERTY = 'a2a-redis:event';

/**
 * Stands beside the event id of an artifact whose event appends. Where the task had no such artifact yet,
 * what the SDK makes of the event does not tell.
 */
const APPEND_PROPERTY = 'a2a-redis:append';

const EVENT_ID_TEXT = /^([\w-]+)\.([1-9]\d{0,15})$/;

/** An event id as text: `<publisher>.<counter>`. */
export function eventIdText({ publisher, counter }: EventId): string {
  return `${publisher}.${counter}`;
}

/** The event id of a part, an artifact, a status or a task; `undefined` where it has none. */
export function eventIdOf(value: object): EventId | undefined {
  const text: unknown = Reflect.get(value, EVENT_ID_PROPERTY);
  const match = typeof text === 'string' ? EVENT_ID_TEXT.exec(text) : null;
  const [, publisher, counter] = match ?? [];
  if (publisher === undefined) return undefined;
  return { publisher, counter: Number(counter) };
}

/** Whether an identified artifact is that of an event which appends to an artifact. */
export function isAppended(artifact: object): boolean {
  return Reflect.get(artifact, APPEND_PROPERTY) === true;
}

/**
 * A copy of an event whose id gets into the task with what the event brings. The copy shares the
 * values with the event; the event stays as it was published.
 */
export function withEventId(event: AgentExecutionEvent, eventId: EventId): AgentExecutionEvent {
  const property = { [EVENT_ID_PROPERTY]: eventIdText(eventId) };
  switch (event.kind) {
    case 'task':
      return { kind: 'task', data: { ...event.data, ...property } };
    case 'statusUpdate': {
      const { status } = event.data;
      if (status === undefined) return event;
      return { kind: 'statusUpdate', data: { ...event.data, status: { ...status, ...property } } };
    }
    case 'artifactUpdate': {
      const { artifact } = event.data;
      if (artifact === undefined) return event;
      const parts = artifact.parts.map((part) => ({ ...part, ...property }));
      const append = event.data.append ? { [APPEND_PROPERTY]: true } : {};
      return {
        kind: 'artifactUpdate',
        data: { ...event.data, artifact: { ...artifact, ...property, ...append, parts } },
      };
    }
    // A message is an answer of its own: no task holds it.
    case 'message':
    default:
      return event;
  }
}
