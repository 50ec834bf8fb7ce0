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
