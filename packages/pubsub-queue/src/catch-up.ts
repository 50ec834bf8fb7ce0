import type { Task } from '@a2a-js/sdk';
import { A2ARedisError } from '@a2a-redis/core';
import {
  type AppliedEvents,
  isTerminal,
  type IdentifiedEvent,
  type Joining,
  type Lacking,
  statusOf,
  type TaskStanding,
} from '@a2a-redis/core/queue-manager';
import { backOff, contextOfScope } from '@a2a-redis/core/shared';

/** For how long a task may not grow towards what was published, in milliseconds. */
const LAG_MS = 5000;
/** The same once the task has ended, of which it is not known how much is still to be stored. */
const ENDED_LAG_MS = 1000;

/** What a subscriber has, or gets in place of what it lacks. */
interface Snapshot {
  /** The task, where it holds more than the subscriber's own snapshot. */
  readonly task: Task | undefined;
  readonly applied: AppliedEvents;
}

/**
 * Closes the gap between what a subscriber has and what comes in to it, for events that nobody keeps: they
 * are in the store, or get there from the requests that execute the task, which is waited for.
 *
 * @throws {A2ARedisError} `EVENTS_LOST` where one does not get there.
 */
export async function catchUp(subscriber: Joining): Promise<Lacking> {
  const { runtime, task, standing } = subscriber;
  const deadlineMs = standing.isEnded ? ENDED_LAG_MS : LAG_MS;
  let latest: Snapshot = { task: undefined, applied: subscriber.applied };
  let isLoaded = false;
  let progress = '';
  let progressAt = runtime.now();
  for (let attempt = 1; ; attempt += 1) {
    const held = subscriber.held();
    if (held === undefined || isComplete(latest, standing, held)) break;
    // What the store lacks now, it never gets: only an end that others give the task may be to come.
    if (isLoaded && subscriber.isStoredAsSent && !standing.isEnded) break;
    const before = progress;
    progress = `${latest.applied.toString()} ${held.length}`;
    if (progress !== before) progressAt = runtime.now();
    if (runtime.now() - progressAt > deadlineMs) {
      if (standing.isEnded) break;
      throw lost(task.taskId);
    }
    if (attempt > 1) await backOff(runtime, attempt, 20, 500);
    latest = await load(subscriber);
    isLoaded = true;
  }
  return { ...latest, events: [] };
}

/** Loads a task and what it holds: in one turn, so that they agree. */
async function load({
  task: { taskId, scope },
  applied: known,
  store,
}: Joining): Promise<Snapshot> {
  const context = contextOfScope(scope);
  const [applied = known, task] = await Promise.all([
    store.appliedEvents(taskId, context),
    store.load(taskId, context),
  ]);
  return { task: applied.countBeyond(known) === 0 ? undefined : task, applied };
}

function isComplete(
  { task, applied }: Snapshot,
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
