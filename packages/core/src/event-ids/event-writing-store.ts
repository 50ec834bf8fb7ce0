import type { Message, Task } from '@a2a-js/sdk';
import type { ServerCallContext, TaskStore } from '@a2a-js/sdk/server';

import type { RedisScriptClient } from '../redis/script-client.ts';
import type { CompanionCall } from '../redis/script-companion.ts';
import type { EventId, IdentifiedEvent } from './event-id.ts';
import { isEventTrackingStore, type EventTrackingStore } from './event-tracking-store.ts';

/** Events of one run that are to be stored and sent in one step. */
export interface EventWrite {
  /** In their order. */
  readonly events: readonly IdentifiedEvent[];
  /** The messages of the requests that execute the task: a task event brings them into its history. */
  readonly userMessages: readonly Message[];
  /** The task as each execution was given it, oldest first; `undefined` where there was none. */
  readonly known: readonly (Task | undefined)[];
  /**
   * The ids of the messages that the executor can know of: its requests' and those that it published. A
   * task event without another one has not removed it: somebody else has added that meanwhile.
   */
  readonly knownMessages: ReadonlySet<string>;
  /**
   * What sends the events.
   *
   * @param endsTask Whether they bring the task into a terminal state.
   */
  readonly companion: (endsTask: boolean) => CompanionCall;
  /**
   * Called once they are stored, before the store writes anything else of the task.
   *
   * @param taskAfter The task as it was after the event with a counter.
   */
  readonly onStored: (taskAfter: (counter: number) => Task | undefined) => void;
}

/** What became of an {@link EventWrite}. */
export type EventWriteOutcome =
  /** They are stored and sent; or they were before. */
  | { readonly outcome: 'written' }
  /** They change nothing of the task, and were not sent. */
  | { readonly outcome: 'unchanged' }
  /** The companion refused them: nothing was done. */
  | { readonly outcome: 'refused'; readonly reason: string };

/** What becomes of an event that its publisher is going to write. */
export type EventFate =
  /** It is in the task. */
  | 'written'
  /** It was given up: nobody gets it. */
  | 'lost'
  /** Its run was ended by others: nobody may store it, and a request has heard of it as the task's end. */
  | 'refused'
  /** Nobody may store it, and the task's end is none other than what requests hear. */
  | 'dropped';

/** A task store that takes events from their publisher, together with what sends them. */
export interface EventWritingStore extends EventTrackingStore {
  /** Whether it writes by this client, so that one script reaches both. */
  writesBy(client: RedisScriptClient): boolean;
  /**
   * Says that a request executes, and stores a run's events one by one from here on: what it loads is the
   * task as it was after the event that it stored last, though later ones may be written already.
   *
   * @param context The request's own.
   * @param last The run, and its last event before that.
   * @returns Says that the request stores no more events.
   */
  beginEvents(taskId: string, context: ServerCallContext, last: EventId): () => void;
  /**
   * Announces an event that is going to be written, so that who saves the task with it waits for that,
   * and sends nothing.
   *
   * @returns Says what became of it, and why it was lost where that is known: to be called once.
   */
  expectEvent(
    taskId: string,
    context: ServerCallContext,
    eventId: EventId,
  ): (fate: EventFate, cause?: unknown) => void;
  /**
   * Stores events and sends them, in one step or not at all.
   *
   * @throws {A2ARedisError} As `save` of the store. What became of them is unknown with
   *   `DEADLINE_EXCEEDED`: it is safe to repeat.
   */
  writeEvents(
    taskId: string,
    context: ServerCallContext,
    write: EventWrite,
  ): Promise<EventWriteOutcome>;
}

/** Whether a store takes events from their publisher. */
export function isEventWritingStore(store: TaskStore): store is EventWritingStore {
  return (
    isEventTrackingStore(store) &&
    'writeEvents' in store &&
    typeof store.writeEvents === 'function' &&
    'expectEvent' in store &&
    'writesBy' in store
  );
}
