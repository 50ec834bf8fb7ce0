import type { Task } from '@a2a-js/sdk';
import type { ServerCallContext, TaskStore } from '@a2a-js/sdk/server';

import { A2ARedisError } from '../../shared/errors.ts';
import type { AppliedEvents } from '../../event-ids/applied-events.ts';
import type { IdentifiedEvent } from '../../event-ids/event-id.ts';
import { statusOf } from '../events/end-status.ts';
import type { EventTrackingStore } from '../../event-ids/event-tracking-store.ts';
import { backoffMs } from '../../redis/backoff.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { sleep } from '../../runtime/sleep.ts';
import { isTerminal } from '../../shared/state-kinds.ts';
import type { TaskStanding } from './bus-history.ts';

/** For how long a task may not grow towards what was published, in milliseconds. */
const LAG_MS = 5000;
/** The same once the task has ended, of which it is not known how much is still to be stored. */
const ENDED_LAG_MS = 1000;

/** Who joins a task whose events are not kept. */
export interface CatchUpRequest {
  readonly runtime: Runtime;
  readonly taskId: string;
  readonly context: ServerCallContext;
  readonly store: TaskStore;
  readonly trackingStore: EventTrackingStore;
  /** What the snapshot holds that the subscriber has. */
  readonly applied: AppliedEvents;
  readonly standing: TaskStanding;
  /** Whether events are stored as they are sent, so that none is waited for. */
  readonly isStoredAsSent: boolean;
  /** What came in since the subscriber joined; `undefined` once it has left. */
  readonly held: () => readonly IdentifiedEvent[] | undefined;
}

/** What a subscriber gets ahead of what came in since. */
export interface CatchUp {
  /** The task, where it holds more than the subscriber's snapshot. */
  readonly task: Task | undefined;
  /** What the subscriber has with it. */
  readonly applied: AppliedEvents;
}

/**
 * Closes the gap between what a subscriber has and what comes in to it, for events that nobody keeps: they
 * are in the store, or get there from the requests that execute the task, which is waited for.
 *
 * @throws {A2ARedisError} `EVENTS_LOST` where one does not get there.
 */
export async function catchUp(request: CatchUpRequest): Promise<CatchUp> {
  const { runtime, taskId, context, store, trackingStore, standing } = request;
  const deadlineMs = standing.isEnded ? ENDED_LAG_MS : LAG_MS;
  let latest: CatchUp = { task: undefined, applied: request.applied };
  let isLoaded = false;
  let progress = '';
  let progressAt = runtime.now();
  for (let attempt = 1; ; attempt += 1) {
    const held = request.held();
    if (held === undefined || isComplete(latest, standing, held)) return latest;
    // What the store lacks now, it never gets: only an end that others give the task may be to come.
    if (isLoaded && request.isStoredAsSent && !standing.isEnded) return latest;
    const before = progress;
    progress = `${latest.applied.toString()} ${held.length}`;
    if (progress !== before) progressAt = runtime.now();
    if (runtime.now() - progressAt > deadlineMs) {
      if (standing.isEnded) return latest;
      throw lost(taskId);
    }
    if (attempt > 1) {
      await sleep(runtime, backoffMs(attempt, 20, 500, runtime.random()), { ref: false });
    }
    latest = await load(request, store, trackingStore, context);
    isLoaded = true;
  }
}

/** Loads a task and what it holds: in one turn, so that they agree. */
async function load(
  { taskId, applied: known }: CatchUpRequest,
  store: TaskStore,
  trackingStore: EventTrackingStore,
  context: ServerCallContext,
): Promise<CatchUp> {
  const [applied = known, task] = await Promise.all([
    trackingStore.appliedEvents(taskId, context),
    store.load(taskId, context),
  ]);
  return { task: applied.countBeyond(known) === 0 ? undefined : task, applied };
}

function isComplete(
  { task, applied }: CatchUp,
  { isEnded, counters }: TaskStanding,
  held: readonly IdentifiedEvent[],
): boolean {
  if (isEnded && isTerminal(task?.status)) return true;
  // What is known of a task that has ended may be gone: then only its record tells.
  if (isEnded && !held.some(({ event }) => isTerminal(statusOf(event)))) return false;
  const arrived = new Map<string, Set<number>>();
  for (const { eventId } of held) {
    const numbers = arrived.get(eventId.publisher) ?? new Set();
    arrived.set(eventId.publisher, numbers.add(eventId.counter));
  }
  for (const [publisher, last] of counters) {
    for (let counter = applied.contiguous(publisher) + 1; counter <= last; counter += 1) {
      const hasArrived = arrived.get(publisher)?.has(counter) === true;
      if (!hasArrived && !applied.has({ publisher, counter })) return false;
    }
  }
  return true;
}

function lost(taskId: string): A2ARedisError {
  return new A2ARedisError(
    'EVENTS_LOST',
    `Events of task ${JSON.stringify(taskId)} were published before this subscription and have not been stored. Subscribe again for a fresh snapshot.`,
  );
}
