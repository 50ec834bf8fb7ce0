import type { Task } from '@a2a-js/sdk';
import { describe, expect, it } from 'vitest';

import { earlierTask, message, part } from '../../../test/event-arbitraries.ts';
import { carriesChange } from './carried-change.ts';
import { snapshotOf, taskOf, type TaskSnapshot } from '../model/task-snapshot.ts';

const before = snapshotOf(earlierTask);

function changed(from: TaskSnapshot, change: (task: Task) => void): TaskSnapshot {
  const task = taskOf(from);
  change(task);
  return snapshotOf(task, from);
}

const changes: Record<string, (task: Task) => void> = {
  'another context': (task) => void (task.contextId = 'another'),
  'another status': (task) => {
    task.status = { state: 4, message: undefined, timestamp: '2026-01-02T00:00:00.000Z' };
  },
  'a metadata key': (task) => void (task.metadata = { ...task.metadata, added: 1 }),
  'a message': (task) => void task.history.push(message('added')),
  'a part': (task) => void task.artifacts[0]?.parts.push(part('added')),
  'the name of an artifact': (task) => {
    for (const artifact of task.artifacts) artifact.name = 'renamed';
  },
  'an artifact': (task) => {
    task.artifacts.push({
      artifactId: 'added',
      name: '',
      description: '',
      parts: [part('first')],
      metadata: undefined,
      extensions: [],
    });
  },
  'no artifact': (task) => void (task.artifacts = []),
};

describe.each(Object.entries(changes))('a change that brings %s', (_name, change) => {
  const after = changed(before, change);

  it('is carried by a copy of what it came to, and by one that goes on from there', () => {
    expect(carriesChange(snapshotOf(structuredClone(taskOf(after))), before, after)).toBe(true);
    const further = changed(after, (task) => {
      task.history.push(message('further'));
      task.artifacts[0]?.parts.push(part('further'));
      task.metadata = { ...task.metadata, further: true };
    });
    expect(carriesChange(further, before, after)).toBe(true);
  });

  it('is not carried by a copy of what it started from, nor by another change of that', () => {
    expect(carriesChange(snapshotOf(structuredClone(taskOf(before))), before, after)).toBe(false);
    const other = changed(before, (task) => {
      task.history.unshift(message('other'));
      task.metadata = { ...task.metadata, other: true };
    });
    expect(carriesChange(other, before, after)).toBe(false);
  });
});

it('no change is carried by anything', () => {
  expect(
    carriesChange(
      changed(before, (task) => void (task.history = [])),
      before,
      before,
    ),
  ).toBe(true);
});
