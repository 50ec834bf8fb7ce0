import type { Task } from '@a2a-js/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { task } from '../../../test/task-arbitraries.ts';
import { diffTasks, type ListDelta, type TaskDelta } from './task-delta.ts';
import { snapshotOf, taskOf } from '../model/task-snapshot.ts';

/** What a delta means, written down as plainly as possible. */
function apply(from: Task, delta: TaskDelta): Task {
  const list = <T>(items: readonly T[], change: ListDelta<T> | undefined): T[] => {
    if (change === undefined) return [...items];
    expect(change.before).toBe(items.length);
    expect(change.after).toBe(change.keep + change.items.length);
    return [...items.slice(0, change.keep), ...change.items];
  };
  const artifacts = structuredClone(from.artifacts).slice(0, delta.artifactCount.after);
  for (const { index, header, parts } of delta.artifacts) {
    const old = artifacts[index];
    const fields = header ?? old;
    if (fields === undefined) throw new Error(`artifact ${index} has no header`);
    artifacts[index] = { ...fields, parts: list(old?.parts ?? [], parts) };
  }
  return {
    ...from,
    contextId: delta.contextId ?? from.contextId,
    status: delta.status === undefined ? from.status : (delta.status ?? undefined),
    metadata: delta.metadata === undefined ? from.metadata : (delta.metadata ?? undefined),
    history: list(from.history, delta.history),
    artifacts,
  };
}

describe('diffTasks', () => {
  it('gives a delta that turns the one task into the other', () => {
    fc.assert(
      fc.property(task, task, (from, to) => {
        const base = snapshotOf(from);
        const target = snapshotOf(to, base);
        expect(apply(taskOf(base), diffTasks(base, target))).toEqual(taskOf(target));
      }),
    );
  });

  it('finds nothing between a task and an equal one', () => {
    fc.assert(
      fc.property(task, (value) => {
        const base = snapshotOf(value);
        expect(diffTasks(base, snapshotOf(taskOf(base)))).toEqual({
          artifacts: [],
          artifactCount: { before: value.artifacts.length, after: value.artifacts.length },
          removedArtifacts: [],
        });
      }),
    );
  });

  it('holds nothing but the chunk that was appended', () => {
    fc.assert(
      fc.property(task, fc.nat(), (value, chosen) => {
        fc.pre(value.artifacts.length > 0);
        const base = snapshotOf(value);
        const changed = taskOf(base);
        const index = chosen % changed.artifacts.length;
        const chunk = {
          content: { $case: 'text' as const, value: 'chunk' },
          metadata: undefined,
          filename: '',
          mediaType: '',
        };
        changed.artifacts[index]?.parts.push(chunk);
        const length = value.artifacts[index]?.parts.length ?? 0;
        expect(diffTasks(base, snapshotOf(changed, base))).toEqual({
          artifacts: [
            { index, parts: { keep: length, items: [chunk], before: length, after: length + 1 } },
          ],
          artifactCount: { before: value.artifacts.length, after: value.artifacts.length },
          removedArtifacts: [],
        });
      }),
    );
  });
});
