import type { Runtime } from '../../runtime/runtime.ts';

/** Events that go out with one call at most. */
const MOST_PER_BATCH = 128;
/** Characters that go out with one call, roughly. */
const BATCH_LENGTH = 512 * 1024;
/** With so many characters in all, no further event may wait, however few there are. */
const MOST_WAITING = 64 * 1024 * 1024;

/** An event on its way to Redis. */
export interface OutgoingEvent {
  /** Its number among the events of its publisher. */
  readonly counter: number;
  readonly body: string;
  /** Until when it is tried, on the clock of the runtime. */
  readonly giveUpAt: number;
}

/** What decides how events go out; `R` is what came of a batch. */
export interface OutgoingParts<E, R> {
  readonly runtime: Runtime;
  /** How many events wait at most. */
  readonly maxPendingEvents: number;
  /** Awaited before anything is sent. */
  readonly beforeFirst?: (() => Promise<void>) | undefined;
  /** Whether an event may go out with one call with the one before it; without it, it may. */
  readonly mayFollow?: ((before: E, event: E) => boolean) | undefined;
  /** Sends a batch. Must not reject. */
  readonly send: (batch: readonly E[]) => Promise<R>;
  /** Takes away what is settled by what came of a batch: the rest is sent next. */
  readonly settle: (batch: readonly E[], result: R) => void;
}

/**
 * The events of one publisher on their way: in their order, with one call at a time, in which all go that wait, as
 * far as they fit.
 */
export class OutgoingEvents<E extends OutgoingEvent, R> {
  readonly #parts: OutgoingParts<E, R>;
  readonly #waiting: E[] = [];
  /** The characters of all that wait. */
  #length = 0;
  /** Who waits until an event was taken away, in the order of the events. */
  readonly #watches: { readonly event: E; readonly onTaken: () => void }[] = [];
  #sending: Promise<void> | undefined;
  #hasBegun = false;

  constructor(parts: OutgoingParts<E, R>) {
    this.#parts = parts;
  }

  /** What is not taken away yet, oldest first. */
  get waiting(): readonly E[] {
    return this.#waiting;
  }

  /** Whether as many wait as may, or as large ones. */
  get isFull(): boolean {
    return this.#waiting.length >= this.#parts.maxPendingEvents || this.#length >= MOST_WAITING;
  }

  /** Sends an event after all earlier ones, together with what is pushed in the same turn. */
  push(event: E): void {
    this.#waiting.push(event);
    this.#length += event.body.length;
    this.#sending ??= this.#send();
  }

  /** Takes the oldest away: they were accepted, or are given up. */
  take(count: number): E[] {
    const taken = this.#waiting.splice(0, count);
    for (const { body } of taken) this.#length -= body.length;
    for (let next = this.#watches[0]; next !== undefined; next = this.#watches[0]) {
      if (!taken.includes(next.event)) break;
      this.#watches.shift();
      next.onTaken();
    }
    return taken;
  }

  /** Resolves when one of those that wait was taken away, and with it all that came before. */
  async taken(event: E): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#watches.push({ event, onTaken: resolve });
    });
  }

  /** Takes all away that was tried for long enough, whether or not its turn had come. */
  takeOld(): E[] {
    const young = this.#waiting.findIndex((event) => !this.isOld(event));
    return this.take(young === -1 ? this.#waiting.length : young);
  }

  /** Whether an event was tried for long enough. */
  isOld(event: OutgoingEvent | undefined): boolean {
    return event !== undefined && event.giveUpAt <= this.#parts.runtime.now();
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    // What is pushed in the same turn goes out together.
    await (this.#hasBegun ? undefined : this.#parts.beforeFirst?.());
    this.#hasBegun = true;
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch();
      this.#parts.settle(batch, await this.#parts.send(batch));
    }
    this.#sending = undefined;
  }

  /** The longest run of waiting events that may go out with one call: their counters follow one another. */
  #nextBatch(): readonly E[] {
    let length = 0;
    const end = this.#waiting.findIndex((event, index) => {
      length += event.body.length;
      const before = this.#waiting[index - 1];
      if (before === undefined) return false;
      return index >= MOST_PER_BATCH || length > BATCH_LENGTH || !this.#follows(before, event);
    });
    return this.#waiting.slice(0, end === -1 ? undefined : end);
  }

  #follows(before: E, event: E): boolean {
    return event.counter === before.counter + 1 && this.#parts.mayFollow?.(before, event) !== false;
  }
}
