import type {
  ChannelFeedParts,
  EventBatch,
  EventTransport,
  Joining,
  Lacking,
  PublishCommand,
  TaskAddress,
  TaskFeed,
  TaskFollower,
  TransportedEvent,
} from '@a2a-redis/core/queue-manager';
import type { CompanionCall } from '@a2a-redis/core/shared';

import { catchUp } from './catch-up.ts';
import { KEPT_EVENT } from './channel-message.ts';
import { LONGEST_MESSAGE_BYTES } from './longest-message.ts';
import { PubSubFeed } from './pubsub-feed.ts';
import type { TaskChannel } from './task-channel.ts';

/** What the transport works with. */
export interface PubSubTransportParts extends ChannelFeedParts {
  readonly channel: TaskChannel;
}

/** Events of tasks by messages alone. */
export class PubSubTransport implements EventTransport {
  readonly #parts: PubSubTransportParts;

  constructor(parts: PubSubTransportParts) {
    this.#parts = parts;
  }

  placeOf({ channel }: TaskAddress): string {
    return channel;
  }

  sending(task: TaskAddress, batch: EventBatch, publish: PublishCommand): CompanionCall {
    return this.#parts.channel.publishing(task, batch, publish);
  }

  /** An event that makes a message too long is kept for a minute, and the message says so. */
  async keepLong(task: TaskAddress, batch: EventBatch): Promise<EventBatch> {
    const { publisher, firstCounter, bodies } = batch;
    const lengths = bodies.map((body) => Buffer.byteLength(body));
    const whole = lengths.reduce((sum, length) => sum + length, 0);
    if (whole <= LONGEST_MESSAGE_BYTES) return batch;
    const share = LONGEST_MESSAGE_BYTES / bodies.length;
    const sent = await Promise.all(
      bodies.map(async (body, index) => {
        if ((lengths[index] ?? 0) <= share) return body;
        await this.#parts.channel.keep(task, { publisher, counter: firstCounter + index }, body);
        return KEPT_EVENT;
      }),
    );
    return { ...batch, bodies: sent };
  }

  /** Nothing is stored. */
  async stored(): Promise<readonly TransportedEvent[]> {
    return [];
  }

  async published(): Promise<readonly TransportedEvent[]> {
    return [];
  }

  /** The record has it. */
  async lacking(subscriber: Joining): Promise<Lacking> {
    return catchUp(subscriber);
  }

  follow(task: TaskAddress, follower: TaskFollower): TaskFeed {
    return new PubSubFeed(task, follower, this.#parts);
  }
}
