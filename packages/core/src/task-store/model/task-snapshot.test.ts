import type { Part, Task } from '@a2a-js/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { task } from '../../../test/task-arbitraries.ts';
import { LONGEST_COPIED_LIST, snapshotOf, taskOf } from './task-snapshot.ts';

const text = (value: string): Part => ({
  content: { $case: 'text', value },
  metadata: undefined,
  filename: '',
  mediaType: '',
});

function taskWithParts(count: number): Task {
  const parts = Array.from({ length: count }, (_, index) => text(`part ${index}`));
  return {
    id: 't',
    contextId: 'c',
    status: undefined,
    artifacts: [
      { artifactId: 'a', name: '', description: '', parts, metadata: undefined, extensions: [] },
    ],
    history: [],
    metadata: undefined,
  };
}

describe('snapshotOf and taskOf', () => {
  it('give back the task', () => {
    fc.assert(
      fc.property(task, (value) => {
        expect(taskOf(snapshotOf(value))).toEqual(value);
      }),
    );
  });

  it('shares all that did not change with the snapshot it is given', () => {
    fc.assert(
      fc.property(task, (value) => {
        const base = snapshotOf(value);
        const again = snapshotOf(taskOf(base), base);
        expect(again.status).toBe(base.status);
        expect(again.metadata).toBe(base.metadata);
        expect(again.history).toBe(base.history);
        for (const [index, artifact] of again.artifacts.entries()) {
          expect(artifact).toBe(base.artifacts[index]);
        }
      }),
    );
  });

  it('is not changed by what happens to the task, nor to a task made of it', () => {
    const value = taskWithParts(2);
    const snapshot = snapshotOf(value);
    const expected = structuredClone(value);
    value.artifacts[0]?.parts.push(text('late'));
    const handedOut = taskOf(snapshot);
    const first = handedOut.artifacts[0]?.parts[0];
    if (first?.content) first.content.value = 'changed';
    handedOut.artifacts[0]?.parts.push(text('more'));
    handedOut.metadata = { changed: true };
    expect(taskOf(snapshot)).toEqual(expected);
  });

  it('hands out frozen parts in a long list, in an array of its own', () => {
    const snapshot = snapshotOf(taskWithParts(LONGEST_COPIED_LIST + 1));
    const parts = taskOf(snapshot).artifacts[0]?.parts ?? [];
    expect(() => {
      const [first] = parts;
      if (first?.content) first.content.value = 'changed';
    }).toThrow(TypeError);
    parts.pop();
    expect(taskOf(snapshot).artifacts[0]?.parts).toHaveLength(LONGEST_COPIED_LIST + 1);
  });

  it('keeps a snapshot as it was when two others grow from it', () => {
    const base = snapshotOf(taskWithParts(1));
    const grow = (value: string): Task => {
      const grown = taskOf(base);
      grown.artifacts[0]?.parts.push(text(value));
      return grown;
    };
    const [left, right] = [snapshotOf(grow('left'), base), snapshotOf(grow('right'), base)];
    const texts = (snapshot: typeof base): unknown[] =>
      taskOf(snapshot).artifacts[0]?.parts.map(({ content }) => content?.value) ?? [];
    expect([texts(base), texts(left), texts(right)]).toEqual([
      ['part 0'],
      ['part 0', 'left'],
      ['part 0', 'right'],
    ]);
  });

  it.each([
    ['a bigint in metadata', { metadata: { big: 1n } }, /task\.metadata holds a bigint/],
    ['a history that is no array', { history: 'none' }, /task\.history must be an array/],
    ['a context id that is no string', { contextId: 7 }, /task\.contextId must be a string/],
    ['a part that is null', { artifacts: [{ parts: [null] }] }, /A part must be an object/],
    [
      'a part of an unknown kind',
      { artifacts: [{ parts: [{ content: { $case: 'video', value: 1 } }] }] },
      /unknown kind/,
    ],
  ])('refuses %s', (_name, fields, message) => {
    // What a JavaScript caller can do and a TypeScript caller cannot.
    const wrong = { ...taskWithParts(1), ...fields } as unknown as Task;
    expect(() => snapshotOf(wrong)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(message),
      }),
    );
  });

  it('refuses a cycle', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(() => snapshotOf({ ...taskWithParts(1), metadata: cycle })).toThrow(/cyclic/);
  });
});
