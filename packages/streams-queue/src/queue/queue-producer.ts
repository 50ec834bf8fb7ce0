import type { DirectQueueLog } from './direct-queue-log.ts';

/** How many events go into one call, and about how many characters. */
const MOST_EVENTS = 128;
const MOST_CHARACTERS = 1_000_000;

interface WaitingEvent {
  readonly stored: string;
  readonly resolve: (id: string) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Appends the events of one queue object, in their order: one call at a time, in which all go that
 * wait. A call that is repeated can then be told by the counter of its events.
 */
export class QueueProducer {
  readonly #log: DirectQueueLog;
  readonly #name: string;
  readonly #waiting: WaitingEvent[] = [];
  #counter = 0;
  #sending: Promise<void> | undefined;

  constructor(log: DirectQueueLog, name: string) {
    this.#log = log;
    this.#name = name;
  }

  /** Appends an event; resolves to its id when Redis has it. */
  async append(stored: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ stored, resolve, reject });
      this.#sending ??= this.#send();
    });
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch();
      const first = this.#counter + 1;
      this.#counter += batch.length;
      try {
        const events = batch.map(({ stored }) => stored);
        const [ms = '', last] = (await this.#log.append(this.#name, first, events)).split('-');
        for (const [index, { resolve }] of batch.entries()) {
          resolve(`${ms}-${Number(last) - batch.length + 1 + index}`);
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#sending = undefined;
  }

  #nextBatch(): WaitingEvent[] {
    let count = 0;
    let characters = 0;
    for (const { stored } of this.#waiting) {
      characters += stored.length;
      if (count > 0 && (count === MOST_EVENTS || characters > MOST_CHARACTERS)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }
}
