import type {
  AppliedEvents,
  ChannelHub,
  EventBatch,
  EventTransport,
  SendOutcome,
  TaskAddress,
  TaskFeed,
  TaskFollower,
  TransportedEvent,
} from '@a2a-redis/core/kernel';

import { StreamFeed } from './stream-feed.ts';
import type { StreamLog } from './stream-log.ts';

/** Events of tasks by streams, announced by messages. */
export class StreamTransport implements EventTransport {
  readonly keepsEvents: boolean = true;
  readonly #log: StreamLog;
  readonly #hub: ChannelHub;
  readonly #onError: (error: unknown) => void;
  readonly #feeds = new Set<StreamFeed>();

  constructor(log: StreamLog, hub: ChannelHub, onError: (error: unknown) => void) {
    this.#log = log;
    this.#hub = hub;
    this.#onError = onError;
    // Messages were lost while the connection was; the logs have what they said.
    hub.onResumed(() => {
      for (const feed of this.#feeds) feed.check().catch(onError);
    });
  }

  async send(task: TaskAddress, batch: EventBatch): Promise<SendOutcome> {
    return this.#log.append(task, batch);
  }

  async stored(
    task: TaskAddress,
    applied: AppliedEvents,
  ): Promise<readonly TransportedEvent[] | undefined> {
    return this.#log.unapplied(task, applied);
  }

  follow(task: TaskAddress, follower: TaskFollower): TaskFeed {
    const feed: StreamFeed = new StreamFeed(task, follower, {
      log: this.#log,
      join: async (channel, listener) => this.#hub.join(channel, listener),
      leave: (channel, listener) => {
        this.#feeds.delete(feed);
        this.#hub.leave(channel, listener);
      },
      onError: this.#onError,
    });
    this.#feeds.add(feed);
    return feed;
  }
}
