import type { Message, TaskStatus } from '@a2a-js/sdk';

import { TaskEvents, type LaterEvents, type PlaceRevision } from '../../event-ids/task-events.ts';
import type { LateEventPlace } from '../../event-ids/late-event-place.ts';
import { equalMessage } from '../model/a2a-values.ts';
import {
  applyArtifactChange,
  type ArtifactChange,
  artifactChanges,
  type ArtifactPlan,
  movedBy,
  planArtifactChange,
} from './artifact-change.ts';
import { carriedPlaces } from './carried-places.ts';
import { changedKeys, withKeys } from './changed-fields.ts';
import { ItemList } from '../model/item-list.ts';
import { mergeKeyed } from './merge-keyed.ts';
import type { SavedEvent } from './saved-event.ts';
import { mergeTasks } from './task-merge.ts';
import type { ArtifactSnapshot, TaskSnapshot } from '../model/task-snapshot.ts';
import { isTerminal, leavesTerminalState } from '../../shared/state-kinds.ts';

/** A save that brings an event with an id. */
interface EventSave {
  /** What the saver started from; `undefined` where that is unknown. */
  readonly base: TaskSnapshot | undefined;
  /** What the saver made of it. */
  readonly mine: TaskSnapshot;
  /** What is stored. */
  readonly theirs: TaskSnapshot;
  readonly event: SavedEvent;
}

/**
 * What is stored after a save that brings an event.
 *
 * - An event that is stored already changes nothing, but messages that the record lacks are added:
 *   each request adds its own. Where there is none, the result is `theirs` itself.
 * - Of one publisher's events, what a later one did stays on top, whichever is saved first: its status
 *   and fields stay, its parts and messages follow those of the earlier one.
 * - Across publishers the event that is saved last wins; a terminal state stays.
 */
export function applyEvent(save: EventSave): TaskSnapshot {
  const { base, mine, theirs, event } = save;
  const taskEvents = theirs.events ?? TaskEvents.NONE;
  if (taskEvents.has(event.eventId)) return withMessages(base, mine, theirs);
  const later = taskEvents.after(event.eventId);
  const changes = base === undefined ? [] : artifactChanges(base, mine, event);
  const plans = new Map<string, ArtifactPlan>();
  const content =
    base === theirs && later === undefined
      ? withTerminalState(mine, theirs)
      : merged(save, changes, later, plans);
  for (const change of changes) {
    if (!plans.has(change.id)) {
      plans.set(change.id, planArtifactChange(theirs.artifacts, change, later));
    }
  }
  const events = taskEvents
    .revised(revisionOf(theirs, content, plans, event))
    .with(event.eventId, () => noteOf(save, content, plans));
  return { ...content, events };
}

/** Nobody else wrote, and no later event was ahead: the task is as the saver has it. */
function withTerminalState(mine: TaskSnapshot, stored: TaskSnapshot): TaskSnapshot {
  const leaves = leavesTerminalState(stored.status, mine.status);
  return leaves ? { ...mine, status: stored.status } : mine;
}

/** @param plans Gets the place that each change was given. */
function merged(
  { base, mine, theirs, event }: EventSave,
  changes: readonly ArtifactChange[],
  later: LaterEvents | undefined,
  plans: Map<string, ArtifactPlan>,
): TaskSnapshot {
  const rest = mergeTasks(base, withoutEvent(base, mine, event, changes), theirs);
  let artifacts: readonly ArtifactSnapshot[] = rest.artifacts;
  for (const change of changes) {
    const plan = planArtifactChange(artifacts, change, later);
    artifacts = applyArtifactChange(
      artifacts,
      change,
      plan,
      later,
      (id) => later?.artifacts.get(id)?.isCreated === true && !plans.has(id),
    );
    plans.set(change.id, plan);
  }
  return {
    ...rest,
    status: event.kind === 'artifact' ? rest.status : statusAfter(mine, theirs, later),
    metadata: withKeys(rest.metadata, theirs.metadata, later?.fields ?? []),
    history:
      later?.messageAt === undefined
        ? rest.history
        : historyBefore(later.messageAt, base?.history, mine.history, theirs.history),
    artifacts,
  };
}

/** What the saver changed beside what the event did. */
function withoutEvent(
  base: TaskSnapshot | undefined,
  mine: TaskSnapshot,
  event: SavedEvent,
  changes: readonly ArtifactChange[],
): TaskSnapshot {
  const before = new Map(changes.map((change) => [change.mine, change.base]));
  const artifacts = mine.artifacts.flatMap((artifact) => {
    if (!before.has(artifact)) return [artifact];
    const earlier = before.get(artifact);
    return earlier === undefined ? [] : [earlier];
  });
  return { ...mine, status: event.kind === 'artifact' ? mine.status : base?.status, artifacts };
}

function statusAfter(
  mine: TaskSnapshot,
  theirs: TaskSnapshot,
  later: LaterEvents | undefined,
): TaskStatus | undefined {
  if (leavesTerminalState(theirs.status, mine.status)) return theirs.status;
  const isOverruled = later !== undefined && (!later.isComplete || later.fields.includes('status'));
  // In its publisher's order it would have been the end, and nothing would have come after it.
  const isEnd = isTerminal(mine.status) && !isTerminal(theirs.status);
  return isOverruled && !isEnd ? theirs.status : mine.status;
}

const idOf = (message: Message): string => message.messageId;
const storedOf = (_base: Message | undefined, _mine: Message, stored: Message): Message => stored;

/** Lists by id, in the order of `theirs`, and then what `mine` has beside the base. */
function united(
  base: readonly Message[],
  mine: readonly Message[],
  theirs: readonly Message[],
): Message[] {
  return mergeKeyed({ base, mine, theirs, idOf, equal: equalMessage, merge: storedOf });
}

/** Adds what only the saver has, and removes nothing. */
function withMessages(
  base: TaskSnapshot | undefined,
  mine: TaskSnapshot,
  theirs: TaskSnapshot,
): TaskSnapshot {
  if (mine.history === base?.history) return theirs;
  const [before, stored] = [base?.history.toArray() ?? [], theirs.history.toArray()];
  const all = united([], mine.history.toArray(), before);
  const added = united(before, all, stored).slice(stored.length);
  return added.length === 0 ? theirs : { ...theirs, history: theirs.history.append(added) };
}

/** The history where the messages from an index on are those of later events. */
function historyBefore(
  at: number,
  base: ItemList<Message> | undefined,
  mine: ItemList<Message>,
  theirs: ItemList<Message>,
): ItemList<Message> {
  if (mine === base) return theirs;
  const stored = theirs.toArray();
  const front = united(base?.toArray() ?? [], mine.toArray(), stored.slice(0, at));
  return ItemList.of(united([], stored.slice(at), front));
}

/** What is to be known of an event when an earlier one of its publisher comes. */
function noteOf(
  { base, mine, theirs, event }: EventSave,
  content: TaskSnapshot,
  plans: ReadonlyMap<string, ArtifactPlan>,
): Omit<LateEventPlace, 'first'> {
  const grew = content.history.length > theirs.history.length;
  const keys = changedKeys(base?.metadata, mine.metadata);
  return {
    messageAt: grew ? theirs.history.commonPrefix(content.history, equalMessage) : undefined,
    fields: event.kind === 'artifact' ? keys : ['status', ...keys],
    artifacts: new Map([...plans].map(([id, { note }]) => [id, note])),
  };
}

function revisionOf(
  from: TaskSnapshot,
  to: TaskSnapshot,
  plans: ReadonlyMap<string, ArtifactPlan>,
  { eventId }: SavedEvent,
): PlaceRevision {
  const carried = carriedPlaces(from, to);
  return {
    ...carried,
    artifact: (publisher, id, note) => {
      const plan = plans.get(id);
      if (plan === undefined) return carried.artifact(publisher, id, note);
      const { edit, note: own } = plan;
      const at = edit === undefined || note.at === undefined ? note.at : movedBy(edit, note.at);
      // What makes the artifact is now this event, and no longer a later one of its publisher.
      const isTaken = own.isCreated && publisher === eventId.publisher;
      const isCreated = note.isCreated && !isTaken;
      return { ...note, at, isCreated };
    },
  };
}
