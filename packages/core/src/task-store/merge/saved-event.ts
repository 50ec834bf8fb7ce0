import type { Task } from '@a2a-js/sdk';

import { type EventId, isAppended, eventIdOf } from '../../event-ids/event-id.ts';

/** The event that a save brings, and what it changed. */
export type SavedEvent =
  | { readonly eventId: EventId; readonly kind: 'task' | 'status' }
  | {
      readonly eventId: EventId;
      readonly kind: 'artifact';
      /** Which of the task's artifacts it changed. */
      readonly index: number;
      /** Whether the artifact is the event's own, and not one that was there and got more parts. */
      readonly isWhole: boolean;
      /** Whether the event appends to an artifact, whether or not there was one. */
      readonly appends: boolean;
    };

/**
 * Finds the event that a task brings which is to be saved: the SDK's result manager saves the task
 * after each. `undefined` where there is none with an event id.
 *
 * @param isSaved Whether the object was saved with the event before.
 */
export function savedEventOf(
  task: Task,
  isSaved: (eventId: EventId) => boolean,
): SavedEvent | undefined {
  const newMark = (value: object | undefined): EventId | undefined => {
    const eventId = value && eventIdOf(value);
    return eventId === undefined || isSaved(eventId) ? undefined : eventId;
  };
  const ofTask = newMark(task);
  if (ofTask !== undefined) return { eventId: ofTask, kind: 'task' };
  const ofStatus = newMark(task.status ?? undefined);
  if (ofStatus !== undefined) return { eventId: ofStatus, kind: 'status' };
  for (const [index, artifact] of (task.artifacts ?? []).entries()) {
    const ofArtifact = newMark(artifact);
    // What an event appends to an artifact is at its end.
    const eventId = ofArtifact ?? newMark(artifact.parts?.at(-1));
    if (eventId === undefined) continue;
    const isWhole = ofArtifact !== undefined;
    const appends = !isWhole || isAppended(artifact);
    return { eventId, kind: 'artifact', index, isWhole, appends };
  }
  return undefined;
}
