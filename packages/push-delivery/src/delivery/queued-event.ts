import { StreamResponse, Task } from '@a2a-js/sdk';
import { isTerminal } from '@a2a-redis/core/queue-manager';

/**
 * What an event is: `t` a task, `s` a status, `a` an artifact, `m` a message. Only artifacts may be given up for a
 * snapshot.
 */
export type EventKind = 't' | 's' | 'a' | 'm';

/** An event as it is queued, before its moment and id are put in front. */
export interface EventBody {
  readonly kind: EventKind;
  /** The response as the SDK's v1.0 serializer writes it, and the task below it where it is kept. */
  readonly body: string;
  /** Whether it ends its task. */
  readonly isEnd: boolean;
}

/** An event as it is taken from the queue. */
export interface QueuedEvent {
  readonly kind: EventKind;
  /** When it was queued, in milliseconds since the epoch, on the clock of the server. */
  readonly queuedAt: number;
  /** The same for all lanes. */
  readonly eventId: string;
  /** The response, as text. */
  readonly response: string;
  /** The task, as text; empty where it is not kept. */
  readonly task: string;
}

/**
 * Writes an event.
 *
 * @param task Absent where no serializer asks for it.
 */
export function encodeEvent(response: StreamResponse, task: Task | undefined): EventBody {
  const text = JSON.stringify(StreamResponse.toJSON(response));
  // JSON that was not indented has no line ends.
  const below = task === undefined ? '' : `\n${JSON.stringify(Task.toJSON(task))}`;
  return { kind: kindOf(response), body: text + below, isEnd: isEnd(response) };
}

/** Reads an event as a script gives it; `undefined` where it is none. */
export function decodeEvent(text: string): QueuedEvent | undefined {
  const [header, kind, queuedAt, eventId, length] =
    /^([tsam]) (\d{1,15}) (\S+) (\d{1,6})\n/.exec(text) ?? [];
  if (header === undefined || eventId === undefined || !isKind(kind)) return undefined;
  // The length is one of bytes: what it is of is left out of bytes, too.
  const body = Buffer.from(text.slice(header.length)).subarray(Number(length)).toString();
  const [response = '', task = ''] = body.split('\n', 2);
  return { kind, queuedAt: Number(queuedAt), eventId, response, task };
}

function isKind(text: string | undefined): text is EventKind {
  return text === 't' || text === 's' || text === 'a' || text === 'm';
}

function isEnd({ payload }: StreamResponse): boolean {
  switch (payload?.$case) {
    case 'task':
    case 'statusUpdate':
      return isTerminal(payload.value.status);
    case 'artifactUpdate':
    case 'message':
    case undefined:
    default:
      return false;
  }
}

function kindOf({ payload }: StreamResponse): EventKind {
  switch (payload?.$case) {
    case 'task':
      return 't';
    case 'artifactUpdate':
      return 'a';
    case 'message':
      return 'm';
    case 'statusUpdate':
    case undefined:
    default:
      return 's';
  }
}
