import { A2ARedisError } from '@a2a-redis/core';
import {
  type AppliedEvents,
  END_OF_EVENTS,
  type EventBatch,
  type EventTransport,
  type Joining,
  type Lacking,
  type TaskAddress,
  type TaskFeed,
  type TaskFollower,
  taskStateSource,
  type TransportedEvent,
} from '@a2a-redis/core/queue-manager';
import {
  type CompanionCall,
  contextOfScope,
  defineCompanion,
  type Runtime,
} from '@a2a-redis/core/shared';

import type { LoggedEvent, MemoryLink, MemoryMessage, MemoryMessages } from './memory-messages.ts';
import sendInMemorySource from './scripts/send-in-memory.lua';

const sendInMemory = defineCompanion('send-in-memory', `${taskStateSource}\n${sendInMemorySource}`);

/** What a transport in memory works with. */
export interface MemoryTransportParts {
  readonly runtime: Runtime;
  readonly messages: MemoryMessages;
  readonly link: MemoryLink;
  /** Whether the record of a task makes up for events that are not kept any more; otherwise they are lost. */
  readonly readsRecords: boolean;
}

/**
 * Events of tasks in memory: kept until a test trims them, and announced over a link that a test can hold
 * back. Only whether events are accepted is decided by a script, in the state that all replicas share.
 */
export class MemoryTransport implements EventTransport {
  readonly #parts: MemoryTransportParts;

  constructor(parts: MemoryTransportParts) {
    this.#parts = parts;
  }

  placeOf({ channel }: TaskAddress): string {
    return channel;
  }

  sending(task: TaskAddress, batch: EventBatch): CompanionCall {
    const { publisher, firstCounter, bodies, mode = '' } = batch;
    return {
      companion: sendInMemory,
      keys: [task.state],
      args: [publisher, String(firstCounter), task.channel, mode, ...bodies],
    };
  }

  async stored(
    task: TaskAddress,
    applied: AppliedEvents,
    counters: ReadonlyMap<string, number>,
  ): Promise<readonly TransportedEvent[] | undefined> {
    const kept = this.#parts.messages.after(task.channel, 0);
    const all = kept.reduce((known, { eventId }) => known.with(eventId), applied);
    const isComplete = [...counters].every(
      ([publisher, counter]) => all.contiguous(publisher) >= counter,
    );
    if (!isComplete) return undefined;
    return kept.filter(({ eventId, body }) => body !== END_OF_EVENTS && !applied.has(eventId));
  }

  async published(
    task: TaskAddress,
    publisher: string,
    counter: number,
  ): Promise<readonly TransportedEvent[]> {
    const kept = this.#parts.messages.after(task.channel, 0);
    return kept.filter(({ eventId, body }) => {
      return body !== END_OF_EVENTS && eventId.publisher === publisher && eventId.counter > counter;
    });
  }

  async lacking(subscriber: Joining): Promise<Lacking> {
    const lacking = await this.#lacking(subscriber);
    await this.#parts.link.answer();
    return lacking;
  }

  follow(task: TaskAddress, follower: TaskFollower): TaskFeed {
    return new MemoryFeed(task, follower, this.#parts);
  }

  async #lacking({ task, applied, standing, store }: Joining): Promise<Lacking> {
    const events = await this.stored(task, applied, standing.counters);
    if (events !== undefined) return { events, applied };
    if (!this.#parts.readsRecords) throw lost(task);
    const context = contextOfScope(task.scope);
    const [stored, record] = await Promise.all([
      store.appliedEvents(task.taskId, context),
      store.load(task.taskId, context),
    ]);
    if (stored === undefined || record === undefined) throw lost(task);
    return { task: record, events: [], applied: stored };
  }
}

/** Follows a task: by messages while they follow one another, by what is kept wherever they do not. */
class MemoryFeed implements TaskFeed {
  readonly ready: Promise<void>;
  readonly #task: TaskAddress;
  readonly #follower: TaskFollower;
  readonly #parts: MemoryTransportParts;
  /** The place of the last event that was handed on, or was there before; absent until it joined. */
  #last: number | undefined;
  #heardAt = 0;
  #isClosed = false;

  constructor(task: TaskAddress, follower: TaskFollower, parts: MemoryTransportParts) {
    this.#task = task;
    this.#follower = follower;
    this.#parts = parts;
    this.ready = this.#join();
  }

  get heardAt(): number {
    return this.#heardAt;
  }

  async check(): Promise<void> {
    this.#heardAt = this.#parts.runtime.now();
    this.#readTo(this.#parts.messages.countOf(this.#task.channel));
  }

  async resume(): Promise<void> {
    this.#follower.onNews({ kind: 'request' });
    await this.check();
  }

  close(): void {
    this.#isClosed = true;
    this.#parts.link.leave(this.#task.channel, this.#onMessage);
  }

  async #join(): Promise<void> {
    const { link, messages } = this.#parts;
    await link.join(this.#task.channel, this.#onMessage);
    this.#last = messages.countOf(this.#task.channel);
    if (this.#isClosed) link.leave(this.#task.channel, this.#onMessage);
  }

  readonly #onMessage = (message: MemoryMessage): void => {
    this.#heardAt = this.#parts.runtime.now();
    if (message === 'request') this.#follower.onNews({ kind: 'request' });
    else this.#readTo(message.sequence);
  };

  /** Hands on what is kept up to a place, and tells what of it is not. */
  #readTo(sequence: number): void {
    if (this.#isClosed || this.#last === undefined) return;
    const kept = this.#parts.messages.after(this.#task.channel, this.#last);
    for (const event of kept.filter((each) => each.sequence <= sequence)) this.#handOn(event);
    if (this.#last < sequence) {
      this.#last = sequence;
      this.#lose();
    }
  }

  #handOn(event: LoggedEvent): void {
    const isNext = event.sequence === (this.#last ?? 0) + 1;
    this.#last = event.sequence;
    if (!isNext) this.#lose();
    this.#follower.onNews({ kind: 'event', event });
  }

  #lose(): void {
    const kind = this.#parts.readsRecords ? 'missed' : 'lost';
    this.#follower.onNews({ kind, error: lost(this.#task) });
  }
}

function lost({ taskId }: TaskAddress): A2ARedisError {
  const message = `Events of task ${JSON.stringify(taskId)} were lost to a subscriber: they are not kept any more.`;
  return new A2ARedisError('EVENTS_LOST', message);
}
