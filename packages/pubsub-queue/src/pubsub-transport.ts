import type {
  ChannelHub,
  EventBatch,
  EventTransport,
  Joining,
  Lacking,
  TaskAddress,
  TaskFeed,
  TaskFollower,
  TransportedEvent,
} from '@a2a-redis/core/queue-manager';
import type { CompanionCall, Runtime } from '@a2a-redis/core/shared';

import { catchUp } from './catch-up.ts';
import { PubSubFeed } from './pubsub-feed.ts';
import type { TaskChannel } from './task-channel.ts';

/** Events of tasks by messages alone. */
export class PubSubTransport implements EventTransport {
  readonly keepsEvents: boolean = false;
  readonly #runtime: Runtime;
  readonly #channel: TaskChannel;
  readonly #hub: ChannelHub;
  readonly #onError: (error: unknown) => void;

  constructor(
    runtime: Runtime,
    channel: TaskChannel,
    hub: ChannelHub,
    onError: (error: unknown) => void,
  ) {
    this.#runtime = runtime;
    this.#channel = channel;
    this.#hub = hub;
    this.#onError = onError;
  }

  sending(task: TaskAddress, batch: EventBatch): CompanionCall {
    return this.#channel.publishing(task, batch);
  }

  /** Nothing is stored. */
  async stored(): Promise<readonly TransportedEvent[]> {
    return [];
  }

  /** The record has it. */
  async lacking(subscriber: Joining): Promise<Lacking> {
    return catchUp(subscriber);
  }

  follow(task: TaskAddress, follower: TaskFollower): TaskFeed {
    return new PubSubFeed(task, follower, {
      runtime: this.#runtime,
      join: async (listener) => this.#hub.join(task.channel, listener),
      leave: (listener) => {
        this.#hub.leave(task.channel, listener);
      },
      announce: async () => this.#channel.announcePosition(task),
      onError: this.#onError,
    });
  }
}
