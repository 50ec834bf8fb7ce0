import { A2ARedisError } from '@a2a-redis/core';

/** How many events go into one message, and about how many characters. */
const MOST_EVENTS = 128;
const MOST_CHARACTERS = 512 * 1024;

interface WaitingEvent {
  readonly body: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Publishes events that follow one another, with the counter of the first. */
export type PublishEvents = (firstCounter: number, bodies: readonly string[]) => Promise<unknown>;

/**
 * Publishes the events of one process on one queue, in their order: one call at a time, in which all
 * go that wait.
 */
export class QueueProducer {
  readonly #queueId: string;
  readonly #maxPendingEvents: number;
  readonly #publish: PublishEvents;
  readonly #waiting: WaitingEvent[] = [];
  #counter = 0;
  #sending: Promise<void> | undefined;

  constructor(queueId: string, maxPendingEvents: number, publish: PublishEvents) {
    this.#queueId = queueId;
    this.#maxPendingEvents = maxPendingEvents;
    this.#publish = publish;
  }

  /** @throws {A2ARedisError} `LIMIT_EXCEEDED` where too many events wait for Redis. */
  requireRoom(): void {
    if (this.#waiting.length < this.#maxPendingEvents) return;
    throw new A2ARedisError(
      'LIMIT_EXCEEDED',
      `${this.#maxPendingEvents} events of queue ${JSON.stringify(this.#queueId)} wait for Redis already; see "maxPendingEvents".`,
    );
  }

  /** Publishes an event; resolves when Redis has it. */
  async publish(body: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ body, resolve, reject });
      this.#sending ??= this.#send();
    });
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    // What is enqueued in the same turn goes out together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch();
      const first = this.#counter + 1;
      this.#counter += batch.length;
      try {
        const bodies = batch.map(({ body }) => body);
        await this.#publish(first, bodies);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#sending = undefined;
  }

  #nextBatch(): WaitingEvent[] {
    let count = 0;
    let characters = 0;
    for (const { body } of this.#waiting) {
      characters += body.length;
      if (count > 0 && (count === MOST_EVENTS || characters > MOST_CHARACTERS)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }
}
