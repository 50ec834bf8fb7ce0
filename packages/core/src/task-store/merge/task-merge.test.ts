import type { Message, Part, Task } from '@a2a-js/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { task } from '../../../test/task-arbitraries.ts';
import { equalStatus } from '../model/a2a-values.ts';
import { mergeTasks } from './task-merge.ts';
import { snapshotOf, type TaskSnapshot, taskOf } from '../model/task-snapshot.ts';
import { isTerminal } from '../../shared/state-kinds.ts';

/** What one writer adds to a task: the changes that must never be lost. */
interface Additions {
  readonly messages: number;
  readonly chunks: readonly string[];
  readonly newArtifact: boolean;
  readonly keys: readonly string[];
}

const artifactIds = ['a', 'b', 'c'];
const additions: fc.Arbitrary<Additions> = fc.record({
  messages: fc.integer({ min: 0, max: 3 }),
  chunks: fc.array(fc.constantFrom(...artifactIds), { maxLength: 4 }),
  newArtifact: fc.boolean(),
  keys: fc.uniqueArray(fc.constantFrom('k1', 'k2', 'k3'), { maxLength: 2 }),
});

const text = (value: string): Part => ({
  content: { $case: 'text', value },
  metadata: undefined,
  filename: '',
  mediaType: '',
});

const message = (messageId: string): Message => ({
  messageId,
  contextId: '',
  taskId: '',
  role: 2,
  parts: [],
  metadata: undefined,
  extensions: [],
  referenceTaskIds: [],
});

function add(base: TaskSnapshot, writer: string, what: Additions): TaskSnapshot {
  const changed = taskOf(base);
  for (let index = 0; index < what.messages; index += 1) {
    changed.history.push(message(`${writer}-${index}`));
  }
  for (const [index, artifactId] of what.chunks.entries()) {
    const chunk = text(`${writer} ${index}`);
    changed.artifacts.find((artifact) => artifact.artifactId === artifactId)?.parts.push(chunk);
  }
  if (what.newArtifact) {
    changed.artifacts.push({
      artifactId: `new-${writer}`,
      name: '',
      description: '',
      parts: [text(`${writer} new`)],
      metadata: undefined,
      extensions: [],
    });
  }
  for (const key of what.keys) changed.metadata = { ...changed.metadata, [`${writer}-${key}`]: 1 };
  return snapshotOf(changed, base);
}

const written = (value: Task, writer: string): unknown => ({
  messages: value.history.map(({ messageId }) => messageId).filter((id) => id.startsWith(writer)),
  chunks: value.artifacts.map(({ artifactId, parts }) => [
    artifactId,
    parts
      .flatMap(({ content }) => (content?.$case === 'text' ? [content.value] : []))
      .filter((chunk) => chunk.startsWith(writer)),
  ]),
  keys: Object.keys(value.metadata ?? {}).filter((key) => key.startsWith(writer)),
});

const sorted = (value: Task): unknown => ({
  status: value.status,
  history: value.history.map(({ messageId }) => messageId).toSorted(),
  artifacts: Object.fromEntries(
    value.artifacts.map(({ artifactId, parts }) => [
      artifactId,
      parts.map((part) => JSON.stringify(part.content)).toSorted(),
    ]),
  ),
  metadata: value.metadata,
});

describe('mergeTasks', () => {
  it('is theirs where mine changed nothing, and mine where theirs changed nothing', () => {
    fc.assert(
      fc.property(task, task, (from, to) => {
        const [base, other] = [snapshotOf(from), snapshotOf(to)];
        expect(taskOf(mergeTasks(base, base, other))).toEqual(taskOf(other));
        const mine = taskOf(mergeTasks(base, other, base));
        // The order of what is stored stays: only contents are compared.
        expect(sorted({ ...mine, status: undefined })).toEqual(
          sorted({ ...to, status: undefined }),
        );
        expect(mine.status).toEqual(isTerminal(from.status) ? from.status : to.status);
      }),
    );
  });

  it('loses nothing that either side added, and keeps the order of each', () => {
    fc.assert(
      fc.property(task, additions, additions, (from, left, right) => {
        const base = snapshotOf(from);
        const [mine, theirs] = [add(base, 'mine', left), add(base, 'theirs', right)];
        const merged = taskOf(mergeTasks(base, mine, theirs));
        const chunksOf = (snapshot: TaskSnapshot, writer: string): unknown => {
          const all = written(taskOf(snapshot), writer) as { chunks: [string, string[]][] };
          const chunks = all.chunks.filter(([, values]) => values.length > 0);
          return { ...all, chunks: Object.fromEntries(chunks) };
        };
        for (const [snapshot, writer] of [
          [mine, 'mine'],
          [theirs, 'theirs'],
        ] as const) {
          expect(chunksOf(snapshotOf(merged), writer)).toEqual(chunksOf(snapshot, writer));
        }
        const count = (value: Task): number =>
          value.history.length + value.artifacts.reduce((sum, { parts }) => sum + parts.length, 0);
        const added = (snapshot: TaskSnapshot): number => count(taskOf(snapshot)) - count(from);
        expect(count(merged)).toBe(count(from) + added(mine) + added(theirs));
      }),
    );
  });

  it('converges: whoever writes first, the same is stored', () => {
    fc.assert(
      fc.property(
        task,
        additions,
        additions,
        fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 2 }),
        fc.tuple(fc.constantFrom(1, 2, 6, 8), fc.constantFrom(1, 2, 3, 6)),
        (from, left, right, [leftAt = 0, rightAt = 0], [leftState, rightState]) => {
          const base = snapshotOf({ ...from, status: undefined });
          const at = (state: number, time: number): Task['status'] => ({
            state,
            message: undefined,
            timestamp: new Date(time).toISOString(),
          });
          const one = { ...add(base, 'one', left), status: at(leftState, leftAt) };
          const two = { ...add(base, 'two', right), status: at(rightState, rightAt) };
          expect(sorted(taskOf(mergeTasks(base, one, two)))).toEqual(
            sorted(taskOf(mergeTasks(base, two, one))),
          );
        },
      ),
    );
  });

  it('never takes a task out of a terminal state', () => {
    fc.assert(
      fc.property(fc.option(task, { nil: undefined }), task, task, (from, left, right) => {
        const base = from && snapshotOf(from);
        const [mine, theirs] = [snapshotOf(left), snapshotOf(right)];
        const { status } = mergeTasks(base, mine, theirs);
        const changed = !equalStatus(base?.status, mine.status);
        const terminal = [theirs.status, changed ? mine.status : undefined].find(isTerminal);
        fc.pre(terminal !== undefined);
        expect(status).toBe(terminal);
      }),
    );
  });

  it('removes what one side removed and the other left alone, and keeps what the other changed', () => {
    const base = snapshotOf({
      id: 't',
      contextId: 'c',
      status: undefined,
      artifacts: [],
      history: [message('gone'), message('edited'), message('kept')],
      metadata: { gone: 1, edited: 1, kept: 1 },
    });
    const mine = snapshotOf({ ...taskOf(base), history: [message('kept')], metadata: { kept: 1 } });
    const theirs = taskOf(base);
    theirs.history[1] = { ...message('edited'), role: 1 };
    theirs.metadata = { gone: 1, edited: 2, kept: 1 };
    const merged = taskOf(mergeTasks(base, mine, snapshotOf(theirs)));
    expect(merged.history.map(({ messageId, role }) => [messageId, role])).toEqual([
      ['edited', 1],
      ['kept', 2],
    ]);
    expect(merged.metadata).toEqual({ edited: 2, kept: 1 });
  });

  it('keeps what was appended to an artifact behind the parts that replaced it', () => {
    const withParts = (...values: string[]): TaskSnapshot =>
      snapshotOf({
        id: 't',
        contextId: 'c',
        status: undefined,
        artifacts: [
          {
            artifactId: 'a',
            name: '',
            description: '',
            parts: values.map(text),
            metadata: undefined,
            extensions: [],
          },
        ],
        history: [],
        metadata: undefined,
      });
    const parts = (snapshot: TaskSnapshot): unknown[] =>
      taskOf(snapshot).artifacts[0]?.parts.map(({ content }) => content?.value) ?? [];
    const [base, replaced, appended] = [
      withParts('old'),
      withParts('new'),
      withParts('old', 'appended'),
    ];
    expect(parts(mergeTasks(base, replaced, appended))).toEqual(['new', 'appended']);
    expect(parts(mergeTasks(base, appended, replaced))).toEqual(['new', 'appended']);
    expect(parts(mergeTasks(undefined, withParts('one'), withParts('two')))).toEqual([
      'two',
      'one',
    ]);
  });

  it('tells messages without an id apart by what they say', () => {
    const withMessages = (...roles: number[]): TaskSnapshot =>
      snapshotOf({
        id: 't',
        contextId: 'c',
        status: undefined,
        artifacts: [],
        history: roles.map((role) => ({ ...message(''), role })),
        metadata: undefined,
      });
    const merged = mergeTasks(withMessages(0), withMessages(0, 1), withMessages(0, 2));
    expect(taskOf(merged).history.map(({ role }) => role)).toEqual([0, 2, 1]);
  });
});
