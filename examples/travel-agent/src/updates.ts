import {
  type Artifact,
  type StreamResponse,
  type Task,
  type TaskState,
  taskStateToJSON,
} from '@a2a-js/sdk';

import { textOf } from './messages.ts';
import type { BudgetTable, TripPlan } from './planner.ts';

/** A task state as people write it: `input-required`. */
export function stateName(state: TaskState | undefined): string {
  return state === undefined
    ? 'none'
    : taskStateToJSON(state).replace('TASK_STATE_', '').replaceAll('_', '-').toLowerCase();
}

/** What an update is, in a word or two: `task working`, `itinerary +`, `completed`. */
export function kindOf({ payload }: StreamResponse): string {
  if (payload?.$case === 'task') return `task ${stateName(payload.value.status?.state)}`;
  if (payload?.$case === 'statusUpdate') return stateName(payload.value.status?.state);
  if (payload?.$case === 'artifactUpdate') {
    return `${payload.value.artifact?.artifactId}${payload.value.append ? ' +' : ''}`;
  }
  return payload?.$case ?? 'nothing';
}

/** An update for the reader of the transcript: who says what. */
export function readable(update: StreamResponse): readonly [label: string, text: string] {
  const { payload } = update;
  if (payload?.$case === 'task') {
    return ['task', `${payload.value.id.slice(0, 8)} ${stateName(payload.value.status?.state)}`];
  }
  if (payload?.$case === 'statusUpdate') {
    return ['agent', `[${kindOf(update)}] ${textOf(payload.value.status?.message?.parts)}`];
  }
  if (payload?.$case === 'artifactUpdate') {
    return ['artifact', artifactText(payload.value.artifact)];
  }
  return ['agent', `(${kindOf(update)})`];
}

/** The kinds of updates of a turn that ends with the whole plan. */
export function kindsOfPlan(plan: TripPlan): readonly string[] {
  const days = plan.days.map((_, index) => (index === 0 ? 'itinerary' : 'itinerary +'));
  return ['task working', ...days, 'budget', 'packing', 'completed'];
}

/** The task that a stream begins with. */
export function taskOf(updates: readonly StreamResponse[]): Task {
  const payload = updates[0]?.payload;
  if (payload?.$case !== 'task') throw new Error('The stream does not begin with a task.');
  return payload.value;
}

/** The updates' itinerary chunks, in order. */
export function itineraryOf(updates: readonly StreamResponse[]): readonly string[] {
  return updates.flatMap(({ payload }) =>
    payload?.$case === 'artifactUpdate' && payload.value.artifact?.artifactId === 'itinerary'
      ? payload.value.artifact.parts.map((part) => textOf([part]))
      : [],
  );
}

function artifactText(artifact: Artifact | undefined): string {
  const content = artifact?.parts[0]?.content;
  if (content?.$case === 'data') return budgetText(content.value);
  const text = textOf(artifact?.parts);
  return artifact?.artifactId === 'packing' ? `Pack ${text.replaceAll('\n', ', ')}` : text;
}

function budgetText({ rows, totalEur, leftEur }: BudgetTable): string {
  return [
    'Budget',
    ...rows.map((row) => budgetLine(row.item, row.totalEur)),
    budgetLine('total', totalEur),
    ...(leftEur === undefined ? [] : [budgetLine('left', leftEur)]),
  ].join('\n');
}

function budgetLine(item: string, eur: number): string {
  return `  ${item.padEnd(14)}${String(eur).padStart(6)} EUR`;
}
