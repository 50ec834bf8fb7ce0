import type { Message } from '@a2a-js/sdk';

import type { IdentifiedEvent } from '../../event-ids/event-id.ts';
import { applyEvent } from './apply-event.ts';
import { changeBy } from './event-change.ts';
import { nothingOf, type TaskSnapshot } from '../model/task-snapshot.ts';
import type { TaskStep } from '../model/task-steps.ts';

/** What is known of those who publish events. */
export interface Publishing {
  /** The messages of the requests that execute. */
  readonly userMessages: readonly Message[];
  /** The task as the executor was given it; `undefined` where there was none. */
  readonly known: TaskSnapshot | undefined;
}

/**
 * A stored task with the events that its publisher adds to it: as it is after each of them, in their
 * order. It is the task itself as long as they change nothing: they are in it, or the SDK's result manager
 * would ignore them.
 *
 * @returns Steps without a task where there is none, and the events make none.
 * @throws {A2ARedisError} `INVALID_ARGUMENT` where an event holds what cannot be stored.
 */
export function withEvents(
  stored: TaskSnapshot | undefined,
  events: readonly IdentifiedEvent[],
  publishing: Publishing,
): readonly TaskStep[] {
  let task = stored;
  return events.map((event) => {
    task = withEvent(task, event, publishing);
    return { counter: event.eventId.counter, task };
  });
}

function withEvent(
  stored: TaskSnapshot | undefined,
  { eventId, event }: IdentifiedEvent,
  { userMessages, known }: Publishing,
): TaskSnapshot | undefined {
  if (stored?.events?.has(eventId) === true) return stored;
  // The executor tells the whole task, and knows nothing of what others have added since.
  const base = event.kind === 'task' && stored !== undefined ? (known ?? stored) : stored;
  const change = changeBy(base, event, userMessages);
  if (change === undefined) return stored;
  const { task: mine, kind } = change;
  const nothing = nothingOf(mine);
  const saved = { eventId, ...kind };
  return applyEvent({ base: base ?? nothing, mine, theirs: stored ?? nothing, event: saved });
}
