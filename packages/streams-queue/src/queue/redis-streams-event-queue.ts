import type { AgentExecutionEvent } from '@a2a-js/sdk/server';
import { A2ARedisError } from '@a2a-redis/core';
import {
  type ChannelHub,
  type DequeueOptions,
  queueClosed,
  queuedText,
  QueueProducer,
} from '@a2a-redis/core/queue-manager';

import { requireCount, requireEntryId } from './call-arguments.ts';
import type { DirectQueueLog, GroupPosition, QueueMember } from './direct-queue-log.ts';
import type { HeldEvent } from './held-events.ts';
import type { PoisonEvent } from './poison-event.ts';
import { QueueReader } from './queue-reader.ts';
import { replayEvents, type ReplayedEvent, type ReplayOptions } from './replay-events.ts';

/** Options of {@link RedisStreamsEventQueue.readPoison}. */
export interface ReadPoisonOptions {
  /**
   * The `id` of an event that was set aside: to go on after it.
   * @default the oldest
   */
  readonly after?: string | undefined;
  /**
   * How many events at most.
   * @default 100
   */
  readonly count?: number | undefined;
}

/** What a queue object is made of. */
export interface DirectQueueParts {
  readonly log: DirectQueueLog;
  readonly member: QueueMember;
  readonly position: GroupPosition;
  readonly hub: ChannelHub;
  /** How many events wait for Redis at most. */
  readonly maxPendingEvents: number;
  readonly onError: (error: unknown) => void;
  /** Opens a further reader from now on. */
  readonly openTap: () => Promise<RedisStreamsEventQueue>;
  readonly onClosed: (queue: RedisStreamsEventQueue) => void;
}

/**
 * A queue of events in Redis, for producers and readers in any process. Comes from `createOrTap`,
 * `tap` and `get` of `RedisStreamsQueueManager`.
 *
 * Every event is delivered at least once to each consumer group, and to one reader of the group at a
 * time; it is done with when that reader acknowledges it. While the process lives, it keeps what it
 * has, however long it works. When it dies, its events go to another reader after `reclaimIdleMs`.
 *
 * @example
 * ```ts
 * await using queue = await queues.createOrTap('jobs');
 * await queue.enqueueEvent(event);
 * for await (const next of queue) await handle(next);
 * ```
 */
export class RedisStreamsEventQueue implements AsyncIterable<AgentExecutionEvent>, AsyncDisposable {
  /** The queue's id. */
  readonly queueId: string;
  readonly #parts: DirectQueueParts;
  readonly #producer: QueueProducer<string>;
  readonly #reader: QueueReader;
  #retries = 0;
  #closing: Promise<void> | undefined;

  /**
   * Only `RedisStreamsQueueManager` makes queue objects.
   *
   * @internal
   */
  constructor(parts: DirectQueueParts) {
    const { log, member } = parts;
    this.#parts = parts;
    this.queueId = log.keys.queueId;
    this.#producer = new QueueProducer({
      runtime: log.runtime,
      queueId: this.queueId,
      maxPendingEvents: parts.maxPendingEvents,
      send: async (first, events, deadlineAt) =>
        log.append(member.reader, first, events, deadlineAt),
    });
    this.#reader = new QueueReader(parts);
  }

  /** Whether this object was closed. The queue itself is in Redis, and may be open elsewhere. */
  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Appends an event. Events of one queue object keep their order.
   *
   * @returns The event's id, for `replay`, when Redis has it.
   * @throws {A2ARedisError} `QUEUE_CLOSED`; `INVALID_ARGUMENT` for what is no event of the SDK;
   *   `LIMIT_EXCEEDED` where too many events wait for Redis; `DEADLINE_EXCEEDED` after 10 seconds
   *   without Redis: whether the event will be in the queue is then unknown.
   */
  async enqueueEvent(event: AgentExecutionEvent): Promise<string> {
    this.#requireOpen();
    const body = queuedText(event);
    this.#producer.requireRoom();
    return this.#producer.push(body);
  }

  /**
   * Takes the next event: first those that other readers of the group took and left, then new ones.
   * Acknowledge it with {@link taskDone} when it is processed. A read that waits outlasts a Redis
   * that is away, and reports that to `onError`.
   *
   * @returns The event; `undefined` only with `noWait`, where there is none at present.
   * @throws {A2ARedisError} `ABORTED` when the signal fires; `QUEUE_CLOSED`; with `noWait`,
   *   `DEADLINE_EXCEEDED` while Redis is away.
   */
  dequeueEvent(
    options: DequeueOptions & { readonly noWait: true },
  ): Promise<AgentExecutionEvent | undefined>;
  dequeueEvent(
    options?: DequeueOptions & { readonly noWait?: false | undefined },
  ): Promise<AgentExecutionEvent>;
  dequeueEvent(options?: DequeueOptions): Promise<AgentExecutionEvent | undefined>;
  async dequeueEvent(options: DequeueOptions = {}): Promise<AgentExecutionEvent | undefined> {
    this.#requireOpen();
    return this.#reader.next(options.noWait === true, options.signal);
  }

  /**
   * Acknowledges an event that was processed: it is not delivered to the group again.
   *
   * @param event What `dequeueEvent` gave, the object itself; the oldest that is not acknowledged,
   *   when left out.
   * @throws {A2ARedisError} `INVALID_ARGUMENT` where there is none; `QUEUE_CLOSED`: the event was given
   *   back; `DEADLINE_EXCEEDED` while Redis is away: call again.
   */
  async taskDone(event?: AgentExecutionEvent): Promise<void> {
    this.#requireOpen();
    const held = this.#reader.held.find(event);
    if (held === undefined) {
      const what = event === undefined ? 'No event' : 'This event is none that';
      throw new A2ARedisError(
        'INVALID_ARGUMENT',
        `${what} waits to be acknowledged in queue ${JSON.stringify(this.queueId)}.`,
      );
    }
    await this.#settle(held, async () => {
      await this.#parts.log.acknowledge(this.#parts.member, held.id);
    });
  }

  /**
   * Takes event after event until the queue is closed. An event is acknowledged when the loop asks for
   * the next one, so after its body has run. A loop that is left by `break`, `return` or an error gives
   * its last event back to the group, unless {@link taskDone} acknowledged it.
   */
  [Symbol.asyncIterator](): AsyncGenerator<AgentExecutionEvent, void, undefined> {
    return this.#iterate();
  }

  /** A further reader with a group of its own: gets every event from now on, and takes none away. */
  async tap(): Promise<RedisStreamsEventQueue> {
    this.#requireOpen();
    return this.#parts.openTap();
  }

  /**
   * Reads what the queue holds, whoever has read or acknowledged it, without a group: up to the end as
   * it is when the reader gets there.
   *
   * @throws {A2ARedisError} `EVENTS_LOST` where events from the given id on were trimmed;
   *   `INVALID_ARGUMENT`; `QUEUE_CLOSED`.
   */
  replay(options: ReplayOptions = {}): AsyncGenerator<ReplayedEvent, void, undefined> {
    this.#requireOpen();
    return replayEvents(this.#parts.log, options, this.#parts.onError);
  }

  /** Events that were set aside, oldest first. */
  async readPoison(options: ReadPoisonOptions = {}): Promise<readonly PoisonEvent[]> {
    this.#requireOpen();
    const after = options.after === undefined ? '0-0' : requireEntryId('after', options.after);
    return this.#parts.log.poison(after, requireCount(options.count ?? 100));
  }

  /**
   * Gives an event that was set aside back to its group, as if it had never been delivered.
   *
   * @param poison The event, or its `id` among those that were set aside.
   * @returns Whether it was; not where it, its group or the event in the stream is gone.
   */
  async retryPoison(poison: PoisonEvent | string): Promise<boolean> {
    this.#requireOpen();
    const id = requireEntryId('poison', typeof poison === 'string' ? poison : poison.id);
    this.#retries += 1;
    return this.#parts.log.retryPoison(`${this.#parts.member.reader}:${this.#retries}`, id);
  }

  /**
   * Leaves the queue: reads that wait end, events that were not acknowledged go back to the group, and a
   * group that only this object used is removed. Never rejects; what Redis could not be told is
   * reported to `onError`, and Redis finds out by itself after `reclaimIdleMs`. Safe to repeat.
   */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Like {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async *#iterate(): AsyncGenerator<AgentExecutionEvent, void, undefined> {
    let held: HeldEvent | undefined;
    try {
      for (;;) {
        if (this.isClosed) return;
        const event = await this.dequeueEvent();
        held = this.#reader.held.find(event);
        yield event;
        const isHeld = held !== undefined && this.#reader.held.find(event) === held;
        if (isHeld && !this.isClosed) await this.taskDone(event);
        held = undefined;
      }
    } catch (error) {
      if (!(error instanceof A2ARedisError && error.code === 'QUEUE_CLOSED')) throw error;
    } finally {
      if (held !== undefined && !this.isClosed) await this.#giveBack(held);
    }
  }

  async #giveBack(held: HeldEvent): Promise<void> {
    if (this.#reader.held.find(held.event) !== held) return;
    const { log, member, onError } = this.#parts;
    await this.#settle(held, async () => log.giveBack(member, [held.id], false)).catch(onError);
  }

  /** Ends the hold on an event; keeps it where the call fails. */
  async #settle(held: HeldEvent, call: () => Promise<void>): Promise<void> {
    held.isSettling = true;
    try {
      await call();
      this.#reader.held.remove(held);
    } finally {
      held.isSettling = false;
    }
  }

  async #close(): Promise<void> {
    const { log, member, onError, onClosed } = this.#parts;
    onClosed(this);
    await Promise.all([this.#reader.close(this.#closed()), this.#producer.drained()]);
    await log.leave(member).catch(onError);
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw this.#closed();
  }

  #closed(): A2ARedisError {
    return queueClosed(this.queueId, 'What it still holds is in Redis: open it again to read on.');
  }
}
