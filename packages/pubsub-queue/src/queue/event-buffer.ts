import type { AgentExecutionEvent } from '@a2a-js/sdk/server';
import { A2ARedisError } from '@a2a-redis/core';
import {
  callAborted,
  decodeEvent,
  queueClosed,
  queueEventsLost,
} from '@a2a-redis/core/queue-manager';

interface WaitingRead {
  readonly resolve: (event: AgentExecutionEvent) => void;
  readonly reject: (error: A2ARedisError) => void;
}

/** What a buffer belongs to. */
export interface BufferOwner {
  readonly queueId: string;
  /** How many events wait to be read at most; the oldest go first. */
  readonly maxBufferedEvents: number;
  readonly onError: (error: unknown) => void;
}

/**
 * What one reader of a queue got and did not read yet, and its reads that wait: first come, first
 * served. Each reader makes its own event of the text, so that none sees another's changes.
 */
export class EventBuffer {
  readonly #owner: BufferOwner;
  /** Texts of events, and losses in their place. */
  readonly #items: (string | A2ARedisError)[] = [];
  readonly #reads = new Set<WaitingRead>();
  /** Events that were dropped ahead of the oldest that is left. */
  #dropped = 0;
  #isClosed = false;

  constructor(owner: BufferOwner) {
    this.#owner = owner;
  }

  /** Adds an event. */
  push(body: string): void {
    if (this.#isClosed) return;
    const { queueId, maxBufferedEvents, onError } = this.#owner;
    if (this.#reads.size > 0) {
      const event = decodeEvent(body);
      if (event === undefined) this.lose(this.#unreadable());
      else this.#nextRead()?.resolve(event);
      return;
    }
    this.#items.push(body);
    if (this.#items.length <= maxBufferedEvents) return;
    this.#items.shift();
    this.#dropped += 1;
    if (this.#dropped > 1) return;
    onError(
      queueEventsLost(
        queueId,
        `more than ${maxBufferedEvents} wait to be read; see "maxBufferedEvents"`,
      ),
    );
  }

  /** Notes that events were lost at this place; losses that follow one another are one. */
  lose(error: A2ARedisError): void {
    if (this.#isClosed) return;
    const read = this.#nextRead();
    if (read !== undefined) read.reject(error);
    else if (typeof this.#items.at(-1) !== 'object') this.#items.push(error);
  }

  /**
   * The next event.
   *
   * @returns `undefined` where there is none and the read does not wait.
   * @throws {A2ARedisError} `EVENTS_LOST` in the place of events that were lost or cannot be read, once; `ABORTED`;
   *   `QUEUE_CLOSED` when all was read.
   */
  async next(noWait: boolean, signal?: AbortSignal): Promise<AgentExecutionEvent | undefined> {
    const { queueId, maxBufferedEvents } = this.#owner;
    if (signal?.aborted === true) throw callAborted(queueId, signal);
    if (this.#dropped > 0) {
      const count = this.#dropped;
      this.#dropped = 0;
      throw queueEventsLost(queueId, `${count} came while ${maxBufferedEvents} waited to be read`);
    }
    const item = this.#items.shift();
    if (typeof item === 'object') throw item;
    if (item !== undefined) {
      const event = decodeEvent(item);
      if (event === undefined) throw this.#unreadable();
      return event;
    }
    if (this.#isClosed) throw queueClosed(queueId);
    return noWait ? undefined : this.#wait(signal);
  }

  /** Takes nothing more, and ends the reads that wait. What is here can still be read. */
  close(): void {
    this.#isClosed = true;
    for (const { reject } of this.#reads) reject(queueClosed(this.#owner.queueId));
    this.#reads.clear();
  }

  async #wait(signal: AbortSignal | undefined): Promise<AgentExecutionEvent> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#reads.delete(read);
        if (signal !== undefined) reject(callAborted(this.#owner.queueId, signal));
      };
      const read: WaitingRead = {
        resolve: (event) => {
          signal?.removeEventListener('abort', abort);
          resolve(event);
        },
        reject: (error) => {
          signal?.removeEventListener('abort', abort);
          reject(error);
        },
      };
      this.#reads.add(read);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  #nextRead(): WaitingRead | undefined {
    const [read] = this.#reads;
    if (read !== undefined) this.#reads.delete(read);
    return read;
  }

  /** The loss of an event that cannot be read, which `onError` is told, too. */
  #unreadable(): A2ARedisError {
    const { queueId, onError } = this.#owner;
    const error = queueEventsLost(queueId, 'one cannot be read', {
      cause: new A2ARedisError(
        'CORRUPT_RECORD',
        `An event of queue ${JSON.stringify(queueId)} cannot be read.`,
      ),
    });
    onError(error);
    return error;
  }
}
