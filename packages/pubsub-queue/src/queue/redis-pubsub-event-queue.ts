import type { AgentExecutionEvent } from '@a2a-js/sdk/server';
import { A2ARedisError } from '@a2a-redis/core';
import { type DequeueOptions, queueClosed, queuedText } from '@a2a-redis/core/queue-manager';

import type { EventBuffer } from './event-buffer.ts';
import type { QueueChannel } from './queue-channel.ts';

/** What a queue object is made of. */
export interface QueueParts {
  readonly channel: QueueChannel;
  readonly buffer: EventBuffer;
  /** Opens a further reader from now on. */
  readonly openTap: () => Promise<RedisPubSubEventQueue>;
  readonly onClosed: (queue: RedisPubSubEventQueue) => void;
}

/**
 * A queue of events that nobody stores: each event reaches every reader that is open at the time, in
 * any process, at most once. Comes from `createOrTap`, `tap` and `get` of `RedisPubSubQueueManager`.
 *
 * An object gets all events from the moment it was opened, its own among them, and keeps them until
 * they are read, `maxBufferedEvents` at most. What it lost is told by an `EVENTS_LOST` in their place.
 *
 * @example
 * ```ts
 * await using queue = await queues.createOrTap('jobs');
 * await queue.enqueueEvent(event);
 * for await (const next of queue) await handle(next);
 * ```
 */
export class RedisPubSubEventQueue implements AsyncIterable<AgentExecutionEvent>, AsyncDisposable {
  /** The queue's id. */
  readonly queueId: string;
  readonly #parts: QueueParts;
  #closing: Promise<void> | undefined;

  /**
   * Only `RedisPubSubQueueManager` makes queue objects.
   *
   * @internal
   */
  constructor(parts: QueueParts) {
    this.#parts = parts;
    this.queueId = parts.channel.keys.queueId;
  }

  /** Whether this object was closed. The queue may be open elsewhere. */
  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Publishes an event: readers in this process have it at once, all others by one message. Events of
   * one process keep their order.
   *
   * @returns When Redis has it.
   * @throws {A2ARedisError} `QUEUE_CLOSED`; `INVALID_ARGUMENT` for what is no event of the SDK;
   *   `LIMIT_EXCEEDED` for one of more than 4 MiB, and where too many events wait for Redis; `DEADLINE_EXCEEDED` after 10
   *   seconds without Redis: whether other processes get the event is then unknown, readers in this
   *   one have it.
   */
  async enqueueEvent(event: AgentExecutionEvent): Promise<void> {
    if (this.isClosed) throw queueClosed(this.queueId);
    await this.#parts.channel.publish(queuedText(event));
  }

  /**
   * Takes the next event. A read that waits outlasts a Redis that is away.
   *
   * @returns The event; `undefined` only with `noWait`, where there is none at present.
   * @throws {A2ARedisError} `EVENTS_LOST` in the place of events that were lost, once: the next read
   *   goes on behind them; `ABORTED` when the signal fires; `QUEUE_CLOSED` when the queue is closed and
   *   all that it got before was read.
   */
  dequeueEvent(
    options: DequeueOptions & { readonly noWait: true },
  ): Promise<AgentExecutionEvent | undefined>;
  dequeueEvent(
    options?: DequeueOptions & { readonly noWait?: false | undefined },
  ): Promise<AgentExecutionEvent>;
  dequeueEvent(options?: DequeueOptions): Promise<AgentExecutionEvent | undefined>;
  async dequeueEvent(options: DequeueOptions = {}): Promise<AgentExecutionEvent | undefined> {
    return this.#parts.buffer.next(options.noWait === true, options.signal);
  }

  /**
   * Does nothing: an event that was delivered is nowhere else, so there is nothing to acknowledge. It is
   * here so that code for `RedisStreamsEventQueue` runs on both.
   */
  async taskDone(_event?: AgentExecutionEvent): Promise<void> {}

  /**
   * Takes event after event until the queue is closed and what it got is read.
   *
   * @throws {A2ARedisError} `EVENTS_LOST`, as {@link dequeueEvent}: iterate again to go on.
   */
  [Symbol.asyncIterator](): AsyncGenerator<AgentExecutionEvent, void, undefined> {
    return this.#iterate();
  }

  /**
   * A further reader: gets every event from now on, and takes none away.
   *
   * @returns When the subscription is confirmed.
   */
  async tap(): Promise<RedisPubSubEventQueue> {
    if (this.isClosed) throw queueClosed(this.queueId);
    return this.#parts.openTap();
  }

  /**
   * Leaves the queue: no more events come, and reads that wait end. What came before can still be read.
   * Never rejects. Safe to repeat.
   */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Like {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    const { channel, buffer, onClosed } = this.#parts;
    buffer.close();
    channel.remove(buffer);
    onClosed(this);
    await channel.drained();
  }

  async *#iterate(): AsyncGenerator<AgentExecutionEvent, void, undefined> {
    try {
      for (;;) yield await this.dequeueEvent();
    } catch (error) {
      if (!(error instanceof A2ARedisError && error.code === 'QUEUE_CLOSED')) throw error;
    }
  }
}
