import { Artifact, Message, type Part, Role, Task, TaskState } from '@a2a-js/sdk';
import { diffTasks, snapshotOf } from '@a2a-redis/core/task-store';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { changeOf, documentOf } from './document-operations.ts';
import { encodeDelta } from './json-record-format.ts';
import { decodeDocument } from './task-document.ts';

const part = (value: string): Part => ({
  content: { $case: 'text', value },
  metadata: undefined,
  filename: '',
  mediaType: '',
});
const message = (messageId: string): Message => ({
  messageId,
  contextId: '',
  taskId: '',
  role: Role.ROLE_AGENT,
  parts: [part(messageId)],
  metadata: undefined,
  extensions: [],
  referenceTaskIds: [],
});
const artifact = (artifactId: string, texts: readonly string[]): Artifact => ({
  ...Artifact.fromJSON({ artifactId }),
  parts: texts.map(part),
});
const task = (fields: Partial<Task> = {}): Task => ({
  id: 't',
  contextId: 'c',
  status: { state: TaskState.TASK_STATE_WORKING, message: undefined, timestamp: undefined },
  artifacts: [],
  history: [],
  metadata: undefined,
  ...fields,
});

const between = (from: Task, to: Task): ReturnType<typeof changeOf> =>
  changeOf(diffTasks(snapshotOf(from), snapshotOf(to)));
const documentFor = (one: Task): string => documentOf('t', diffTasks(undefined, snapshotOf(one)));

describe('a document', () => {
  test('is the A2A JSON form of the task, with all lists', () => {
    expect(documentFor(task({ status: undefined }))).toBe(
      '{"id":"t","contextId":"c","history":[],"artifacts":[]}',
    );
    const whole = task({
      metadata: { a: [1] },
      history: [message('m')],
      artifacts: [artifact('a', ['one'])],
    });
    expect(JSON.parse(documentFor(whole))).toEqual(Task.toJSON(whole));
    expect(documentFor(task({ artifacts: [artifact('', [])] }))).toContain(
      '"artifacts":[{"parts":[]}]',
    );
  });

  test('is one argument with no operations, which the script completes', () => {
    const whole = diffTasks(undefined, snapshotOf(task()));
    const text =
      '{"id":"t","contextId":"c","status":{"state":"TASK_STATE_WORKING"},"history":[],"artifacts":[]';
    expect(encodeDelta('t', whole, true)).toEqual(['1', `${text},"_store":{`, '0', '0']);
    expect(encodeDelta('t', { ...whole, events: [['p', '1-3']] }, true)).toEqual([
      '1',
      `${text},"_store":{"events":{"p":"1-3"},`,
      '0',
      '0',
    ]);
  });
});

describe('the operations of a change', () => {
  test('a status is one, whatever the size of the task', () => {
    const big = task({ artifacts: [artifact('a', ['one', 'two'])], history: [message('m')] });
    const status = { state: TaskState.TASK_STATE_FAILED, message: undefined, timestamp: undefined };
    expect(between(big, { ...big, status })).toEqual({
      lengths: [],
      operations: [['JSON.SET', '$.status', '{"state":"TASK_STATE_FAILED"}']],
    });
    expect(between(big, { ...big, status: undefined }).operations).toEqual([
      ['JSON.DEL', '$.status'],
    ]);
  });

  test('parts are appended in one, and name the artifact by its position', () => {
    const from = task({ artifacts: [artifact('x"]', []), artifact("y'$..*", ['one'])] });
    const to = task({
      artifacts: [artifact('x"]', []), artifact("y'$..*", ['one', 'two', 'three'])],
    });
    expect(between(from, to)).toEqual({
      lengths: [['$.artifacts[1].parts', 1]],
      operations: [
        ['JSON.ARRAPPEND', '$.artifacts[1].parts', '{"text":"two"}', '{"text":"three"}'],
      ],
    });
  });

  test('more values than a script can pass on are several', () => {
    const texts = Array.from({ length: 8001 }, (_, index) => String(index));
    const { operations } = between(
      task({ artifacts: [artifact('a', [])] }),
      task({ artifacts: [artifact('a', texts)] }),
    );
    expect(operations.map(({ length }) => length - 2)).toEqual([
      ...Array.from({ length: 8 }, () => 900),
      801,
    ]);
    expect(operations.flatMap((operation) => operation.slice(2))).toEqual(
      texts.map((value) => JSON.stringify({ text: value })),
    );
  });

  test('a part in the middle: the new end comes first, what it replaces goes last', () => {
    const from = task({ artifacts: [artifact('a', ['one', 'two', 'three'])] });
    const to = task({ artifacts: [artifact('a', ['one', 'new', 'three'])] });
    expect(between(from, to)).toEqual({
      lengths: [['$.artifacts[0].parts', 3]],
      operations: [
        ['JSON.ARRAPPEND', '$.artifacts[0].parts', '{"text":"new"}', '{"text":"three"}'],
        ['JSON.DEL', '$.artifacts[0].parts[1:3]'],
      ],
    });
  });

  test('a list of which nothing stays is set', () => {
    const from = task({ history: [message('m')] });
    expect(between(from, task()).operations).toEqual([['JSON.SET', '$.history', '[]']]);
    expect(between(from, task({ history: [message('n')] })).operations).toEqual([
      ['JSON.SET', '$.history', JSON.stringify([Message.toJSON(message('n'))])],
    ]);
  });

  test('ids never stand in a path', () => {
    const odd = (id: string): Task =>
      task({ contextId: id, artifacts: [artifact(id, [id])], history: [message(id)] });
    const { lengths, operations } = between(odd('old-id'), odd('new-id'));
    const paths = [...lengths, ...operations].map((list) =>
      list.find((one) => String(one).startsWith('$')),
    );
    expect(JSON.stringify(paths)).not.toContain('-id');
  });

  const texts = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 });
  const tasks = fc
    .record({
      contextId: fc.constantFrom('', 'c'),
      state: fc.option(fc.constantFrom(1, 2, 3), { nil: undefined }),
      metadata: fc.option(fc.dictionary(fc.constantFrom('k', '"'), fc.integer()), {
        nil: undefined,
      }),
      history: texts,
      artifacts: fc.array(
        fc.record({ id: fc.constantFrom('x', 'y'), name: fc.constantFrom('', 'n'), texts }),
        {
          maxLength: 4,
        },
      ),
    })
    .map(({ state, history, artifacts, ...fields }) =>
      task({
        ...fields,
        status: state && { state, message: undefined, timestamp: undefined },
        history: history.map(message),
        artifacts: artifacts.map(({ id, name, texts: of }) => ({ ...artifact(id, of), name })),
      }),
    );

  test('make any document into any other', () => {
    fc.assert(
      fc.property(tasks, tasks, (from, to) => {
        const { lengths, operations } = between(from, to);
        const document: unknown = JSON.parse(documentFor(from));
        for (const [path, length] of lengths)
          expect(placeAt(document, path).value).toHaveLength(length);
        for (const operation of operations) apply(document, operation);
        expect(document).toEqual(JSON.parse(documentFor(to)));
        const { snapshot } = decodeDocument('key', 't', [JSON.stringify([document])], true);
        expect(diffTasks(snapshot, snapshotOf(to))).toEqual(
          diffTasks(snapshotOf(to), snapshotOf(to)),
        );
      }),
    );
  });
});

interface Place {
  readonly holder: Record<string, unknown>;
  readonly name: string;
  readonly value: unknown;
}

/** The place that a path of members and positions names. */
function placeAt(document: unknown, path: string): Place {
  const steps = path
    .slice(2)
    .split(/[.[\]]+/u)
    .filter((step) => step !== '');
  const name = steps.pop() ?? '';
  let holder = document as Record<string, unknown>;
  for (const step of steps) holder = holder[step] as Record<string, unknown>;
  return { holder, name, value: holder[name] };
}

/** What a server does, as far as the operations go. */
function apply(document: unknown, [command, path = '', ...args]: readonly string[]): void {
  const [, slice] = /\[(\d+:\d+)\]$/u.exec(path) ?? [];
  if (slice !== undefined) {
    const [first = 0, end = 0] = slice.split(':').map(Number);
    (placeAt(document, path.slice(0, -slice.length - 2)).value as unknown[]).splice(
      first,
      end - first,
    );
    return;
  }
  const { holder, name, value } = placeAt(document, path);
  const list = value as unknown[];
  if (command === 'JSON.SET') holder[name] = JSON.parse(args[0] ?? '');
  else if (command === 'JSON.DEL') Reflect.deleteProperty(holder, name);
  else if (command === 'JSON.ARRAPPEND')
    list.push(...args.map((text): unknown => JSON.parse(text)));
  else throw new TypeError(`No operation: ${command}`);
}
