import type { Task } from '@a2a-js/sdk';

import type { A2ARedisError } from '../../shared/errors.ts';
import type { AppliedEvents } from '../../event-ids/applied-events.ts';
import type { EventId, IdentifiedEvent } from '../../event-ids/event-id.ts';
import type { EventTrackingStore } from '../../event-ids/event-tracking-store.ts';
import type { PublishCommand } from '../../layout/publish-route.ts';
import type { CompanionCall } from '../../redis/script-companion.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { TaskAddress } from '../state/queue-keys.ts';
import type { FencedBy, RedisTaskState } from '../state/task-state.ts';

/** What ends a task's events; takes a counter of its publisher like an event. */
export const END_OF_EVENTS = 'z';

/** Events of one publisher that follow one another. */
export interface EventBatch {
  /** The run that published them. */
  readonly publisher: string;
  /** The counter of the first event; the others count up from there. */
  readonly firstCounter: number;
  /**
   * The counter of the last event that any call was made with before, accepted or not: beside those of this batch,
   * Redis knows of no more. Absent where others may have published under this name.
   */
  readonly sentBefore?: number | undefined;
  /** Encoded events, or {@link END_OF_EVENTS}. */
  readonly bodies: readonly string[];
  /**
   * - `e`: they end the task: no run of it goes on, and nothing of others is accepted any more.
   * - `i`: they are accepted only if no other run goes on.
   */
  readonly mode?: 'e' | 'i' | 'ei' | undefined;
}

/** What became of a batch. */
export type SendOutcome =
  | 'accepted'
  | FencedBy
  /** The run had ended the task before: nothing of the batch was accepted. */
  | 'ended'
  /** Another run goes on, and the batch was to be accepted only if none does. */
  | 'busy';

/** An event as others see it. */
export interface TransportedEvent {
  readonly eventId: EventId;
  readonly body: string;
  /** When a log took it, in milliseconds since the epoch, on the clock of the server; absent where there is none. */
  readonly acceptedAt?: number | undefined;
}

/**
 * What a feed tells of a task:
 *
 * - `event`: an event, this process's own among them, in the order of the transport. Each comes once.
 * - `missed`: events did not come, and are not kept: the record of the task may have what they brought.
 * - `stored`: events are in the record of the task alone, as they are too long for the transport.
 * - `lost`: events were lost for good: they can be neither received nor read any more.
 * - `request`: requests to cancel the task, or answers to them, may have changed.
 */
export type FeedNews =
  | { readonly kind: 'event'; readonly event: TransportedEvent }
  | { readonly kind: 'missed' | 'stored' | 'lost'; readonly error: A2ARedisError }
  | { readonly kind: 'request' };

/** Who follows the events of a task. */
export interface TaskFollower {
  /** Whether this process is the publisher of an event: those who listen to its execution have it anyhow. */
  readonly isOwn: (publisher: string) => boolean;
  /** Whether anybody here hears the events of a publisher as they come in, and misses those that do not. */
  readonly isHeard: (publisher: string) => boolean;
  readonly onNews: (news: FeedNews) => void;
}

/** The events of a task, as they come in. */
export interface TaskFeed {
  /**
   * Resolves when no event that is sent afterwards can be missed, and on `close`: then none comes.
   * Rejects with `CLIENT_CLOSED` where the manager or its client was closed.
   */
  readonly ready: Promise<void>;
  /** When anything of the task was heard last, on the clock of the runtime. */
  readonly heardAt: number;
  /**
   * Gets what was missed.
   *
   * @param state The task's state, if it was just read.
   */
  check(state?: RedisTaskState): Promise<void>;
  /** The connection for messages was lost, and is back: gets what was missed meanwhile. */
  resume(): Promise<void>;
  close(): void;
}

/** Where a task stood when it was known that nothing more can be missed. */
export interface TaskStanding {
  /** Whether no more events come. */
  readonly isEnded: boolean;
  /** How many events of each publisher there were. */
  readonly counters: ReadonlyMap<string, number>;
}

/** A subscriber with a snapshot of a task, who hears all that comes in from here on. */
export interface Joining {
  readonly task: TaskAddress;
  /** What the snapshot holds. */
  readonly applied: AppliedEvents;
  readonly standing: TaskStanding;
  /** What came in since the subscriber joined; `undefined` once it has left. */
  readonly held: () => readonly IdentifiedEvent[] | undefined;
  /** Where the task is stored. */
  readonly store: EventTrackingStore;
  /** Whether an event is stored in the step in which it is sent: what the store lacks then, it never gets. */
  readonly isStoredAsSent: boolean;
  readonly runtime: Runtime;
}

/** What a subscriber lacks, ahead of what came in since it joined. */
export interface Lacking {
  /** The task, in place of events that are not kept; absent where the snapshot will do. */
  readonly task?: Task | undefined;
  /** The events that neither the snapshot nor the task holds, in their order. */
  readonly events: readonly TransportedEvent[];
  /** What the subscriber has with the task. */
  readonly applied: AppliedEvents;
}

/** How the events of tasks get to other replicas. */
export interface EventTransport {
  /** The key or channel through which the events of a task go, as errors name it. */
  placeOf(task: TaskAddress): string;
  /**
   * What sends events in their order, alone or with the record of their task. Safe to repeat: what was
   * accepted before is not sent again. What it refuses, it answers as {@link SendOutcome} says.
   *
   * @param publish What announces them.
   */
  sending(task: TaskAddress, batch: EventBatch, publish: PublishCommand): CompanionCall;
  /**
   * What is to be sent in place of events that no record can make up for, as it is not known what it holds of them: where
   * one is too long for the transport, it is kept elsewhere for those who follow the task. Safe to repeat. Absent where
   * events of any length can be sent.
   */
  keepLong?(task: TaskAddress, batch: EventBatch): Promise<EventBatch>;
  /**
   * Stored events that a task does not hold, oldest first.
   *
   * @param applied What the task holds.
   * @param counters How many events of each publisher there were.
   * @returns `undefined` where some that it lacks are no longer stored.
   */
  stored(
    task: TaskAddress,
    applied: AppliedEvents,
    counters: ReadonlyMap<string, number>,
  ): Promise<readonly TransportedEvent[] | undefined>;
  /**
   * Stored events of a publisher after one of its counters, oldest first; none where nothing is stored.
   *
   * @param counter 0 for all.
   */
  published(
    task: TaskAddress,
    publisher: string,
    counter: number,
  ): Promise<readonly TransportedEvent[]>;
  /**
   * What a subscriber lacks that follows a task: with what comes in from then on, it has all.
   *
   * @throws {A2ARedisError} `EVENTS_LOST` where some of it cannot be had any more.
   */
  lacking(subscriber: Joining): Promise<Lacking>;
  /** Begins to follow a task. */
  follow(task: TaskAddress, follower: TaskFollower): TaskFeed;
}
