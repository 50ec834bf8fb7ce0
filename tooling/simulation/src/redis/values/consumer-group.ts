import { compareIds, type StreamId } from './stream-id.ts';

/** A reader of a group. */
export interface Consumer {
  readonly name: string;
  /** In milliseconds since the epoch. */
  seenAt: number;
  /** How many entries it has and did not acknowledge. */
  pending: number;
}

/** An entry that was delivered and not acknowledged. */
export interface PendingEntry {
  readonly id: StreamId;
  consumer: Consumer;
  /** In milliseconds since the epoch. */
  deliveredAt: number;
  deliveries: number;
}

/** A consumer group of a stream. */
export class ConsumerGroup {
  lastId: StreamId;
  /** How many entries it has read, of all that there ever were; undefined where that is not known. */
  entriesRead: number | undefined;
  readonly consumers: Map<string, Consumer> = new Map();
  readonly #pending: PendingEntry[] = [];

  constructor(lastId: StreamId, entriesRead: number | undefined) {
    this.lastId = lastId;
    this.entriesRead = entriesRead;
  }

  /** In the order of their ids. */
  get pending(): readonly PendingEntry[] {
    return this.#pending;
  }

  /** @returns The consumer, which is made where it is missing, and is seen now. */
  seeConsumer(name: string, now: number): Consumer {
    const known = this.consumers.get(name);
    if (known !== undefined) {
      known.seenAt = now;
      return known;
    }
    const consumer: Consumer = { name, seenAt: now, pending: 0 };
    this.consumers.set(name, consumer);
    return consumer;
  }

  /** Removes a consumer with all that it has. */
  deleteConsumer(consumer: Consumer): void {
    this.consumers.delete(consumer.name);
    for (let i = this.#pending.length - 1; i >= 0; i -= 1) {
      if (this.#pending[i]?.consumer === consumer) this.#pending.splice(i, 1);
    }
  }

  pendingEntry(id: StreamId): PendingEntry | undefined {
    const entry = this.#pending[this.#placeOf(id)];
    return entry !== undefined && compareIds(entry.id, id) === 0 ? entry : undefined;
  }

  /** Those of the ids between two, which belong to the range. */
  *pendingBetween(start: StreamId, end: StreamId): Generator<PendingEntry, void> {
    for (let at = this.#placeOf(start); at < this.#pending.length; at += 1) {
      const entry = this.#pending[at];
      if (entry === undefined || compareIds(entry.id, end) > 0) return;
      yield entry;
    }
  }

  /** Where the pending entry of that id or the next one after it is. */
  #placeOf(id: StreamId): number {
    const pending = this.#pending;
    const last = pending.at(-1);
    // Most entries come in order.
    if (last === undefined || compareIds(last.id, id) < 0) return pending.length;
    let low = 0;
    let high = pending.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = pending[middle];
      if (entry === undefined || compareIds(entry.id, id) >= 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Notes that a consumer has an entry, which is in nobody's hands. */
  addPending(entry: PendingEntry): void {
    this.#pending.splice(this.#placeOf(entry.id), 0, entry);
    entry.consumer.pending += 1;
  }

  /** Hands an entry over. */
  assign(entry: PendingEntry, consumer: Consumer): void {
    entry.consumer.pending -= 1;
    entry.consumer = consumer;
    consumer.pending += 1;
  }

  removePending(entry: PendingEntry): void {
    this.#pending.splice(this.#placeOf(entry.id), 1);
    entry.consumer.pending -= 1;
  }
}
