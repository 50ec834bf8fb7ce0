import { A2ARedisError } from '@a2a-redis/core';
import {
  type ChannelHub,
  type PublishRoute,
  queueEventsLost,
  QueueProducer,
} from '@a2a-redis/core/queue-manager';
import {
  DEFAULT_DEADLINE_MS,
  defineScript,
  LruMap,
  requireRightsSource,
  runCommand,
  type ScriptRunner,
  withDeadline,
} from '@a2a-redis/core/shared';

import { eventsMessage, parseMessage } from '../channel-message.ts';
import { LONGEST_MESSAGE_BYTES } from '../longest-message.ts';
import type { DirectQueueKeys } from './direct-queue-keys.ts';
import type { EventBuffer } from './event-buffer.ts';
import countSubscribersSource from './scripts/count-subscribers.lua';

const countSubscribersScript = defineScript(
  'count-subscribers',
  `${requireRightsSource}\n${countSubscribersSource}`,
  { writes: 'never' },
);

/** Publishers whose counters are remembered; those heard longest ago are forgotten. */
const MOST_PUBLISHERS = 1000;

/** What the channels of a queue manager share. */
export interface ChannelParts {
  readonly runner: ScriptRunner;
  readonly hub: ChannelHub;
  readonly route: PublishRoute;
  readonly maxPendingEvents: number;
  readonly onError: (error: unknown) => void;
}

/** The channel of a direct queue, for all of its readers in this process. */
export class QueueChannel {
  readonly keys: DirectQueueKeys;
  readonly #parts: ChannelParts;
  readonly #name: string;
  readonly #producer: QueueProducer<void>;
  readonly #buffers = new Set<EventBuffer>();
  /** The counter of the last event of each publisher. */
  #seen = new LruMap<number>(MOST_PUBLISHERS);
  #confirmed: Promise<void> | undefined;
  /** End what is told of the connection. */
  readonly #watches: (() => void)[] = [];

  constructor(keys: DirectQueueKeys, parts: ChannelParts) {
    this.keys = keys;
    this.#parts = parts;
    const { runtime } = parts.runner;
    this.#name = runtime.randomBytes(8).toString('hex');
    this.#producer = new QueueProducer({
      runtime,
      queueId: keys.queueId,
      maxPendingEvents: parts.maxPendingEvents,
      send: async (first, bodies, deadlineAt) => {
        const message = eventsMessage(this.#name, first, bodies);
        const publish = await parts.route.find();
        await runCommand(parts.runner, publish, keys.published, [message], deadlineAt);
        return bodies.map(() => undefined);
      },
    });
  }

  /** Whether it has readers here. */
  get isUsed(): boolean {
    return this.#buffers.size > 0;
  }

  /** Whether anybody is subscribed, in any process. */
  async hasSubscribers(): Promise<boolean> {
    const { runner, route } = this.#parts;
    const count = (await route.find()) === 'SPUBLISH' ? 'SHARDNUMSUB' : 'NUMSUB';
    return Number(await runner.run(countSubscribersScript, [this.keys.published], [count])) > 0;
  }

  /**
   * Adds a reader.
   *
   * @returns When the server has confirmed the subscription: nothing published afterwards is missed.
   * @throws {A2ARedisError} `DEADLINE_EXCEEDED` while Redis is away; `CLIENT_CLOSED`; what Redis refuses for good.
   */
  async add(buffer: EventBuffer): Promise<void> {
    this.#buffers.add(buffer);
    this.#confirmed ??= this.#subscribe();
    const { runtime } = this.#parts.runner;
    const deadlineAt = runtime.now() + DEFAULT_DEADLINE_MS;
    try {
      await withDeadline(runtime, this.#confirmed, deadlineAt, () => {
        return `A subscription to queue ${JSON.stringify(this.keys.queueId)} within ${DEFAULT_DEADLINE_MS} ms`;
      });
    } catch (error) {
      this.remove(buffer);
      throw error;
    }
  }

  /** Removes a reader; the last one ends the subscription. */
  remove(buffer: EventBuffer): void {
    if (!this.#buffers.delete(buffer) || this.isUsed) return;
    this.#confirmed = undefined;
    this.#seen = new LruMap(MOST_PUBLISHERS);
    for (const stop of this.#watches.splice(0)) stop();
    this.#parts.hub.leave(this.keys.channel, this.#onMessage);
  }

  /**
   * Hands an event to all readers here, and publishes it for all others.
   *
   * @throws {A2ARedisError} `LIMIT_EXCEEDED` for one that is too long for a message, and where too many wait.
   */
  async publish(body: string): Promise<void> {
    this.#requireFit(body);
    this.#producer.requireRoom();
    for (const buffer of this.#buffers) buffer.push(body);
    await this.#producer.push(body);
  }

  /** Resolves when all that was published here is with Redis, or has failed. */
  async drained(): Promise<void> {
    await this.#producer.drained();
  }

  /** What is too long for a message is nowhere else to be read. */
  #requireFit(body: string): void {
    const bytes = Buffer.byteLength(body);
    if (bytes <= LONGEST_MESSAGE_BYTES) return;
    const event = `An event of queue ${JSON.stringify(this.keys.queueId)} has ${bytes} bytes as JSON`;
    throw new A2ARedisError(
      'LIMIT_EXCEEDED',
      `${event}; ${LONGEST_MESSAGE_BYTES} fit into a message. Queues of Streams take longer ones.`,
    );
  }

  async #subscribe(): Promise<void> {
    const { hub } = this.#parts;
    await hub.join(this.keys.channel, this.#onMessage);
    if (!this.isUsed || this.#watches.length > 0) return;
    const stopResuming = hub.onResumed((isConcerned) => {
      if (!isConcerned(this.keys.channel)) return;
      // What did not come meanwhile is told by this, and not once more by the next message.
      this.#seen = new LruMap(MOST_PUBLISHERS);
      this.#lose('the connection was lost for a while');
    });
    const stopClosing = hub.onClientClosed((error) => {
      for (const buffer of this.#buffers) buffer.lose(error);
    });
    this.#watches.push(stopResuming, stopClosing);
  }

  readonly #onMessage = (text: string): void => {
    const message = parseMessage(text);
    if (message?.kind !== 'events') {
      const error = `A message of queue ${JSON.stringify(this.keys.queueId)} cannot be read.`;
      this.#parts.onError(new A2ARedisError('CORRUPT_RECORD', error));
      return;
    }
    const { publisher, firstCounter, bodies } = message;
    // Readers here had them when they were enqueued.
    if (publisher === this.#name) return;
    const before = this.#seen.get(publisher) ?? firstCounter - 1;
    this.#seen.set(publisher, Math.max(before, firstCounter + bodies.length - 1));
    const missed = firstCounter - before - 1;
    if (missed > 0) this.#lose(`${missed} did not come`);
    // A message that is repeated after a lost reply brings nothing new.
    for (const body of bodies.slice(Math.max(0, -missed))) {
      for (const buffer of this.#buffers) buffer.push(body);
    }
  };

  #lose(reason: string): void {
    const error = queueEventsLost(this.keys.queueId, reason);
    this.#parts.onError(error);
    for (const buffer of this.#buffers) buffer.lose(error);
  }
}
