import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

/** Which event of which publisher: every event of a task's bus has another one. */
export interface EventMark {
  /** Unique to one bus of one process. */
  readonly publisher: string;
  /** 1 for the publisher's first event, and one more for each. */
  readonly counter: number;
}

/**
 * The name under which a mark travels on parts, statuses and tasks.
 *
 * An ordinary, enumerable property: it must survive `structuredClone`, with which the SDK's result
 * manager copies what it puts into a task. It never reaches a peer: the SDK's `toJSON` and protobuf
 * encoders write the fields that they know.
 */
const MARK_PROPERTY = 'a2a-redis:event';

/**
 * Stands beside the mark of an artifact whose event appends. Where the task had no such artifact yet,
 * what the SDK makes of the event does not tell.
 */
const APPEND_PROPERTY = 'a2a-redis:append';

const MARK_TEXT = /^([\w-]+)\.([1-9]\d{0,15})$/;

/** A mark as text: `<publisher>.<counter>`. */
export function markText({ publisher, counter }: EventMark): string {
  return `${publisher}.${counter}`;
}

/** The mark of a part, an artifact, a status or a task; `undefined` where it has none. */
export function markOf(value: object): EventMark | undefined {
  const text: unknown = Reflect.get(value, MARK_PROPERTY);
  const match = typeof text === 'string' ? MARK_TEXT.exec(text) : null;
  const [, publisher, counter] = match ?? [];
  if (publisher === undefined) return undefined;
  return { publisher, counter: Number(counter) };
}

/** Whether a marked artifact is that of an event which appends to an artifact. */
export function isAppended(artifact: object): boolean {
  return Reflect.get(artifact, APPEND_PROPERTY) === true;
}

/**
 * A copy of an event whose mark gets into the task with what the event brings. The copy shares the
 * values with the event; the event stays as it was published.
 */
export function markEvent(event: AgentExecutionEvent, mark: EventMark): AgentExecutionEvent {
  const property = { [MARK_PROPERTY]: markText(mark) };
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
