import type { AgentExecutionEvent } from '@a2a-js/sdk/server';
import { decodeEvent } from '@a2a-redis/core/queue-manager';

/** An event that was set aside, because nobody acknowledged it or because it cannot be read. */
export interface PoisonEvent {
  /** Names it for `retryPoison`, and for `readPoison` to go on after it. */
  readonly id: string;
  /** When it was set aside. */
  readonly setAsideAt: Date;
  /** Its id in the queue. */
  readonly eventId: string;
  /** The consumer group that could not process it. */
  readonly group: string;
  /** Who had it last. */
  readonly consumer: string;
  /** How often it was delivered. */
  readonly deliveries: number;
  /** `deliveries`: delivered as often as is allowed. `corrupt`: not an event of the SDK. */
  readonly reason: 'deliveries' | 'corrupt';
  /** The event; `undefined` where it cannot be read. */
  readonly event: AgentExecutionEvent | undefined;
  /** The event as it is stored. */
  readonly stored: string;
}

/** Reads entries of the events that were set aside: see `readStream`. */
export function parsePoison(texts: readonly string[]): readonly PoisonEvent[] {
  const events: PoisonEvent[] = [];
  for (let index = 0; index + 6 < texts.length; index += 7) {
    const [id = '', eventId = '', group = '', consumer = '', deliveries = '', reason, stored = ''] =
      texts.slice(index, index + 7);
    events.push({
      id,
      setAsideAt: new Date(Number.parseInt(id, 10)),
      eventId,
      group,
      consumer,
      deliveries: Number(deliveries),
      reason: reason === 'corrupt' ? 'corrupt' : 'deliveries',
      event: decodeEvent(stored),
      stored,
    });
  }
  return events;
}
