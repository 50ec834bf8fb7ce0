import type { TransportedEvent } from '@a2a-redis/core/queue-manager';

/** An entry of a task's log. */
export interface LogEntry extends TransportedEvent {
  /** Counts up by one with each entry of an epoch. */
  readonly sequence: number;
  /** Its id in the stream: `<milliseconds>-<sequence>`. */
  readonly id: string;
}

/** What is announced on a task's channel. */
export type LogMessage =
  /** Entries that follow one another, and the one before them; see {@link LogEntry.id}. */
  | {
      readonly kind: 'entries';
      readonly epoch: string;
      readonly after: string;
      readonly entries: readonly LogEntry[];
    }
  /** Entries up to this one are there to be read: too much for a message. */
  | { readonly kind: 'look'; readonly epoch: string; readonly last: string }
  /** A request to cancel the task, or an answer to one. */
  | { readonly kind: 'request' };

/** Reads a message; `undefined` for one that nothing here wrote. */
export function parseMessage(message: string): LogMessage | undefined {
  switch (message.charAt(0)) {
    case 'C':
      return { kind: 'request' };
    case 'L': {
      const [epoch = '', last = ''] = message.slice(1).split(' ');
      return sequenceOf(last) === undefined ? undefined : { kind: 'look', epoch, last };
    }
    case 'E':
      return parseEntries(message.slice(1));
    default:
      return undefined;
  }
}

function parseEntries(text: string): LogMessage | undefined {
  const [header = '', ...lines] = text.split('\n');
  const [epoch, ms, first, after = ''] = header.split(' ');
  if (epoch === undefined || ms === undefined || first === undefined) return undefined;
  if (!isCount(ms) || !isCount(first) || sequenceOf(after) === undefined) return undefined;
  const entries: LogEntry[] = [];
  for (const [index, line] of lines.entries()) {
    const entry = parseLine(line, ms, Number(first) + index);
    if (entry === undefined) return undefined;
    entries.push(entry);
  }
  return { kind: 'entries', epoch, after, entries };
}

function parseLine(line: string, ms: string, sequence: number): LogEntry | undefined {
  const afterPublisher = line.indexOf(' ');
  const afterCounter = line.indexOf(' ', afterPublisher + 1);
  const counter = line.slice(afterPublisher + 1, afterCounter);
  if (afterCounter === -1 || !isCount(counter)) return undefined;
  return {
    sequence,
    id: `${ms}-${sequence}`,
    eventId: { publisher: line.slice(0, afterPublisher), counter: Number(counter) },
    body: line.slice(afterCounter + 1),
  };
}

/** Reads entries of a log: see `readStream`. */
export function parseLog(texts: readonly string[]): readonly LogEntry[] {
  const entries: LogEntry[] = [];
  for (let index = 0; index + 3 < texts.length; index += 4) {
    const [id = '', publisher = '', counter = '', body = ''] = texts.slice(index, index + 4);
    const sequence = sequenceOf(id);
    if (sequence === undefined) continue;
    // Of what is damaged nothing is told but that there was something: its event cannot be read.
    const eventId = { publisher, counter: isCount(counter) ? Number(counter) : 0 };
    entries.push({ sequence, id, eventId, body: isCount(counter) ? body : '' });
  }
  return entries;
}

/**
 * Whether an entry came after another one of its epoch. Milliseconds tell, and sequences only among the same: a
 * failover can take back entries, whose sequences others get then, later.
 */
export function isAfter(id: string, other: string): boolean {
  const [ms = 0, sequence = 0] = id.split('-').map(Number);
  const [otherMs = 0, otherSequence = 0] = other.split('-').map(Number);
  return ms > otherMs || (ms === otherMs && sequence > otherSequence);
}

/** The sequence of an id of the stream. */
export function sequenceOf(id: string): number | undefined {
  const match = /^\d+-(\d+)$/.exec(id);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

function isCount(text: string): boolean {
  return /^\d{1,16}$/.test(text);
}
