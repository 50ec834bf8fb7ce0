import { type Part, Role, type Task } from '@a2a-js/sdk';

import { textOf } from './messages.ts';
import { stateName } from './updates.ts';

/** Who said what, oldest first. */
export function historyOf(task: Task): readonly (readonly [role: string, text: string])[] {
  return task.history.map(({ role, parts }) => [
    role === Role.ROLE_USER ? 'you' : 'agent',
    textOf(parts),
  ]);
}

/** The texts of an artifact's parts. */
export function artifactTexts(task: Task, artifactId: string): readonly string[] {
  return partsOf(task, artifactId).map((part) => textOf([part]));
}

/** The value of an artifact's first part, a `data` part. */
export function artifactData(task: Task, artifactId: string): unknown {
  const content = partsOf(task, artifactId)[0]?.content;
  return content?.$case === 'data' ? content.value : undefined;
}

/** A task in a few characters. */
export function inShort(task: Task): string {
  return `${task.id.slice(0, 8)} ${stateName(task.status?.state)}`;
}

function partsOf(task: Task, artifactId: string): readonly Part[] {
  return task.artifacts.find((artifact) => artifact.artifactId === artifactId)?.parts ?? [];
}
