import { ServerCallContext } from '@a2a-js/sdk/server';

import { A2ARedisError } from '../../shared/errors.ts';
import type { ChannelSpace } from '../../layout/channel-space.ts';
import { requireId } from '../../shared/key-segment.ts';
import type { Scope, ScopeResolver } from '../../shared/scope.ts';

/** Options of the calls that open or close direct queues. */
export interface DirectQueueOptions {
  /**
   * The call, which says whose queue is meant.
   * @default a call without tenant and user
   */
  readonly context?: ServerCallContext | undefined;
}

/** What tells one direct queue from another. */
export interface NamedQueue {
  /** Identifies the queue among all of the prefix. */
  readonly name: string;
}

/** Where the keys and the channels of queues are. */
export interface QueuePlace {
  readonly prefix: string;
  readonly channels: ChannelSpace;
}

/** What the objects of a queue manager on direct queues have in common. */
export interface OpenQueuesParts<K> {
  readonly place: QueuePlace;
  readonly resolveScope: ScopeResolver;
  /** The keys of a queue. */
  readonly keysOf: (place: QueuePlace, scope: Scope, queueId: string) => K;
}

const NO_CONTEXT = new ServerCallContext();

/** The objects that a process has open on direct queues. */
export class OpenQueues<Q extends { close(): Promise<void> }, K extends NamedQueue> {
  readonly #parts: OpenQueuesParts<K>;
  /** Oldest first, with the names of their queues. */
  readonly #open = new Map<Q, string>();
  #isClosed = false;

  constructor(parts: OpenQueuesParts<K>) {
    this.#parts = parts;
  }

  /**
   * The keys of the queue that a call means.
   *
   * @throws {A2ARedisError} `CLIENT_CLOSED`, `INVALID_ARGUMENT`.
   */
  keysOf(queueId: string, { context = NO_CONTEXT }: DirectQueueOptions = {}): K {
    this.requireOpen();
    const { place, resolveScope, keysOf } = this.#parts;
    return keysOf(place, resolveScope(context), requireId('The queue id', queueId));
  }

  /**
   * Makes sure that queues can be opened still.
   *
   * @throws {A2ARedisError} `CLIENT_CLOSED`.
   */
  requireOpen(): void {
    if (this.#isClosed) throw new A2ARedisError('CLIENT_CLOSED', 'The queue manager is closed.');
  }

  /** Adds an object that was opened; where all were closed meanwhile, it is closed, too. */
  async add(queue: Q, { name }: K): Promise<Q> {
    this.#open.set(queue, name);
    if (this.#isClosed) await queue.close();
    return queue;
  }

  /** Removes an object that was closed. */
  remove(queue: Q): void {
    this.#open.delete(queue);
  }

  /** The objects that are open on a queue, oldest first. */
  on({ name }: K): readonly Q[] {
    return [...this.#open].filter(([, of]) => of === name).map(([queue]) => queue);
  }

  /** Closes the objects that are open on a queue. */
  async close(keys: K): Promise<void> {
    await Promise.all(this.on(keys).map(async (queue) => queue.close()));
  }

  /** Closes all objects; no queue can be opened any more. */
  async closeAll(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#open.keys()].map(async (queue) => queue.close()));
  }
}
