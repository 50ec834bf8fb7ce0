import type { Message } from '@a2a-js/sdk';

import type { IdentifiedEvent } from '../../event-ids/event-id.ts';
import { equalPart } from '../model/a2a-values.ts';
import { applyEvent } from './apply-event.ts';
import { changeBy } from './event-change.ts';
import { ItemList } from '../model/item-list.ts';
import { findArtifact, nothingOf, snapshotOf, type TaskSnapshot } from '../model/task-snapshot.ts';
import type { TaskStep } from '../model/task-steps.ts';

/** What is known of those who publish events. */
export interface Publishing {
  /** The messages of the requests that execute. */
  readonly userMessages: readonly Message[];
  /** The task as each execution was given it, oldest first; `undefined` where there was none. */
  readonly known: readonly (TaskSnapshot | undefined)[];
  /** The ids of the messages that an execution can know of that was given no task. */
  readonly knownMessages: ReadonlySet<string>;
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
  { userMessages, known, knownMessages }: Publishing,
): TaskSnapshot | undefined {
  if (stored?.events?.has(eventId) === true) return stored;
  // The executor tells the whole task, and knows nothing of what others have added since.
  const tellsAll = event.kind === 'task' && stored !== undefined;
  const base = tellsAll
    ? (givenFor(snapshotOf(event.data), known) ?? withKnown(stored, knownMessages))
    : stored;
  const change = changeBy(base, event, userMessages);
  if (change === undefined) return stored;
  const { task: mine, kind } = change;
  const nothing = nothingOf(mine);
  const saved = { eventId, ...kind };
  return applyEvent({ base: base ?? nothing, mine, theirs: stored ?? nothing, event: saved });
}

/**
 * The task as the execution was given it that tells it: the latest of which all is there still. Where an
 * executor has removed something, it is the oldest: what came later is not taken to be removed.
 */
function givenFor(
  told: TaskSnapshot,
  known: readonly (TaskSnapshot | undefined)[],
): TaskSnapshot | undefined {
  return known.findLast((given) => given !== undefined && holds(told, given)) ?? known[0];
}

/** Whether all of a task is in another one still, of what that one tells at all. */
function holds(task: TaskSnapshot, { history, artifacts }: TaskSnapshot): boolean {
  const said = new Set(task.history.toArray().map(({ messageId }) => messageId));
  return (
    (said.size === 0 || history.toArray().every(({ messageId }) => said.has(messageId))) &&
    artifacts.every(({ header, parts }) => {
      const told = findArtifact(task.artifacts, header.artifactId);
      return told === undefined || told.parts.commonPrefix(parts, equalPart) === parts.length;
    })
  );
}

/** A task that the run itself made, without the messages that others have added. */
function withKnown(stored: TaskSnapshot, knownMessages: ReadonlySet<string>): TaskSnapshot {
  const all = stored.history.toArray();
  const known = all.filter(({ messageId }) => knownMessages.has(messageId));
  return known.length === all.length ? stored : { ...stored, history: ItemList.of(known) };
}
