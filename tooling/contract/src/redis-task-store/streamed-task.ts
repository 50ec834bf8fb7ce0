import type { Part, Task } from '@a2a-js/sdk';
import type { TaskStore } from '@a2a-js/sdk/server';

import { taskOf } from '../task-store/fixtures.ts';
import { CONTEXT } from './context.ts';

/** A text part. */
export function text(value: string): Part {
  return {
    content: { $case: 'text', value },
    metadata: undefined,
    filename: '',
    mediaType: 'text/plain',
  };
}

/** A task in state working whose one artifact, `a`, holds the texts given. */
export function streamedTask(id: string, ...texts: readonly string[]): Task {
  const artifact = { artifactId: 'a', name: 'answer', description: '', metadata: undefined };
  return taskOf(id, { artifacts: [{ ...artifact, parts: texts.map(text), extensions: [] }] });
}

/** The texts of the parts of a task's first artifact. */
export function textsOf(task: Task | undefined): string[] {
  return (task?.artifacts[0]?.parts ?? []).map(({ content }) => String(content?.value));
}

/** Appends chunks to task `t` one by one, as the SDK's result manager does. */
export async function append(store: TaskStore, texts: readonly string[]): Promise<void> {
  for (const value of texts) {
    const task = await store.load('t', CONTEXT);
    task?.artifacts[0]?.parts.push(text(value));
    if (task) await store.save(task, CONTEXT);
  }
}
