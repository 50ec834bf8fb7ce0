import type { Task } from '@a2a-js/sdk';

import { type EventMark, isAppended, markOf } from '../marks/event-mark.ts';

/** The event that a save brings, and what it changed. */
export type SavedEvent =
  | { readonly mark: EventMark; readonly kind: 'task' | 'status' }
  | {
      readonly mark: EventMark;
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
 * after each. `undefined` where there is none with a mark.
 *
 * @param isSaved Whether the object was saved with the event before.
 */
export function savedEventOf(
  task: Task,
  isSaved: (mark: EventMark) => boolean,
): SavedEvent | undefined {
  const newMark = (value: object | undefined): EventMark | undefined => {
    const mark = value && markOf(value);
    return mark === undefined || isSaved(mark) ? undefined : mark;
  };
  const ofTask = newMark(task);
  if (ofTask !== undefined) return { mark: ofTask, kind: 'task' };
  const ofStatus = newMark(task.status ?? undefined);
  if (ofStatus !== undefined) return { mark: ofStatus, kind: 'status' };
  for (const [index, artifact] of (task.artifacts ?? []).entries()) {
    const ofArtifact = newMark(artifact);
    // What an event appends to an artifact is at its end.
    const mark = ofArtifact ?? newMark(artifact.parts?.at(-1));
    if (mark === undefined) continue;
    const isWhole = ofArtifact !== undefined;
    const appends = !isWhole || isAppended(artifact);
    return { mark, kind: 'artifact', index, isWhole, appends };
  }
  return undefined;
}
