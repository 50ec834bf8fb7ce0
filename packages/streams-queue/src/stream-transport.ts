import {
  type AppliedEvents,
  type ChannelFeedParts,
  END_OF_EVENTS,
  type EventBatch,
  type EventTransport,
  type Joining,
  type Lacking,
  type PublishCommand,
  type TaskAddress,
  type TaskFeed,
  type TaskFollower,
  type TransportedEvent,
} from '@a2a-redis/core/queue-manager';
import { A2ARedisError } from '@a2a-redis/core';
import type { CompanionCall } from '@a2a-redis/core/shared';

import { StreamFeed } from './stream-feed.ts';
import type { StreamLog } from './stream-log.ts';

/** What the transport works with. */
export interface StreamTransportParts extends ChannelFeedParts {
  readonly log: StreamLog;
}

/** Events of tasks by streams, announced by messages. */
export class StreamTransport implements EventTransport {
  readonly #parts: StreamTransportParts;
  readonly #log: StreamLog;

  constructor(parts: StreamTransportParts) {
    this.#parts = parts;
    this.#log = parts.log;
  }

  placeOf({ log }: TaskAddress): string {
    return log;
  }

  sending(task: TaskAddress, batch: EventBatch, publish: PublishCommand): CompanionCall {
    return this.#log.appending(task, batch, publish);
  }

  async stored(
    task: TaskAddress,
    applied: AppliedEvents,
    counters: ReadonlyMap<string, number>,
  ): Promise<readonly TransportedEvent[] | undefined> {
    return this.#log.unapplied(task, applied, counters);
  }

  async published(
    task: TaskAddress,
    publisher: string,
    counter: number,
  ): Promise<readonly TransportedEvent[]> {
    return this.#log.published(task, publisher, counter);
  }

  /** The log has it. */
  async lacking({ task, applied, standing }: Joining): Promise<Lacking> {
    const stored = await this.stored(task, applied, standing.counters);
    if (stored === undefined) throw eventsTrimmed(task);
    return { events: stored.filter(({ body }) => body !== END_OF_EVENTS), applied };
  }

  follow(task: TaskAddress, follower: TaskFollower): TaskFeed {
    return new StreamFeed(task, follower, this.#parts);
  }
}

function eventsTrimmed({ taskId }: TaskAddress): A2ARedisError {
  return new A2ARedisError(
    'EVENTS_LOST',
    `Events of task ${JSON.stringify(taskId)} that its snapshot lacks are no longer stored. Subscribe again for a fresh one.`,
  );
}
