import { END_OF_EVENTS } from '@a2a-redis/core/queue-manager';

/** Stands in a message for an event that is kept elsewhere for a while, as it is too long: see `TaskChannel.keep`. */
export const KEPT_EVENT = 'k';

/** What is published on a channel. */
export type ChannelMessage =
  /** Events of one publisher that follow one another. */
  | {
      readonly kind: 'events';
      readonly publisher: string;
      readonly firstCounter: number;
      readonly bodies: readonly string[];
    }
  /** So many events of one publisher, which are too long for a message, and whether its end follows. */
  | {
      readonly kind: 'long';
      readonly publisher: string;
      readonly firstCounter: number;
      readonly count: number;
      readonly isEnd: boolean;
    }
  /** How many events of each publisher there were before this message, and whether more come. */
  | {
      readonly kind: 'position';
      readonly isOver: boolean;
      readonly counters: ReadonlyMap<string, number>;
    }
  /** A request to cancel the task, or an answer to one. */
  | { readonly kind: 'request' };

/** Writes events as a message; the bodies are single lines. */
export function eventsMessage(
  publisher: string,
  firstCounter: number,
  bodies: readonly string[],
): string {
  return `E${publisher} ${firstCounter}\n${bodies.join('\n')}`;
}

/** Reads a message; `undefined` for one that nothing here wrote. */
export function parseMessage(message: string): ChannelMessage | undefined {
  const [header = '', ...lines] = message.slice(1).split('\n');
  switch (message.charAt(0)) {
    case 'C':
      return { kind: 'request' };
    case 'E': {
      const [, publisher, counter] = /^([\w-]+) ([1-9]\d{0,15})$/.exec(header) ?? [];
      if (publisher === undefined || lines.length === 0) return undefined;
      return { kind: 'events', publisher, firstCounter: Number(counter), bodies: lines };
    }
    case 'L': {
      const match = /^([\w-]+) ([1-9]\d{0,15}) ([1-9]\d{0,8})$/.exec(header);
      const [, publisher, counter, count] = match ?? [];
      if (publisher === undefined) return undefined;
      const isEnd = lines[0] === END_OF_EVENTS;
      return {
        kind: 'long',
        publisher,
        firstCounter: Number(counter),
        count: Number(count),
        isEnd,
      };
    }
    case 'P':
      return parsePosition(header, lines);
    default:
      return undefined;
  }
}

function parsePosition(phase: string, lines: readonly string[]): ChannelMessage | undefined {
  if (phase !== 'live' && phase !== 'over') return undefined;
  const counters = new Map<string, number>();
  for (const line of lines) {
    if (line === '') continue;
    const [, publisher, counter] = /^([\w-]+) (\d{1,16})$/.exec(line) ?? [];
    if (publisher === undefined) return undefined;
    counters.set(publisher, Number(counter));
  }
  return { kind: 'position', isOver: phase === 'over', counters };
}
