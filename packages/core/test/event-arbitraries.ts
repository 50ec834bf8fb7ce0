import { type Message, type Part, type Task, TaskState } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent } from '@a2a-js/sdk/server';
import fc from 'fast-check';

import { withEventId } from '../src/event-ids/event-id.ts';

/** Says how to make an event whose values tell which it is. */
type Shape =
  | { kind: 'status'; state: TaskState; message: boolean; key: string | undefined }
  | {
      kind: 'artifact';
      id: string;
      append: boolean;
      parts: number;
      name: boolean;
      artifactKey: string | undefined;
      key: string | undefined;
    }
  | { kind: 'task'; artifacts: readonly string[]; key: string | undefined };

const key = fc.option(fc.constantFrom('k1', 'k2', 'k3'), { nil: undefined });

const status: fc.Arbitrary<Shape> = fc.record({
  kind: fc.constant('status'),
  state: fc.constantFrom(TaskState.TASK_STATE_WORKING, TaskState.TASK_STATE_INPUT_REQUIRED),
  message: fc.boolean(),
  key,
});
const artifact: fc.Arbitrary<Shape> = fc
  .record({
    kind: fc.constant('artifact'),
    id: fc.constantFrom('a', 'b', 'c'),
    append: fc.boolean(),
    parts: fc.integer({ min: 0, max: 2 }),
    name: fc.boolean(),
    artifactKey: key,
    key,
  })
  // Without a part there is no event id on what is appended.
  .map((shape) => ({ ...shape, parts: shape.append ? Math.max(1, shape.parts) : shape.parts }));
const task: fc.Arbitrary<Shape> = fc.record({
  kind: fc.constant('task'),
  // Of two, the result manager does not tell which comes first.
  artifacts: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 1 }),
  key,
});

export const part = (value: string): Part => ({
  content: { $case: 'text', value },
  metadata: undefined,
  filename: '',
  mediaType: '',
});

export const message = (messageId: string): Message => ({
  messageId,
  contextId: '',
  taskId: 't',
  role: 2,
  parts: [],
  metadata: undefined,
  extensions: [],
  referenceTaskIds: [],
});

const metadataOf = (name: string | undefined, value: string): Record<string, unknown> | undefined =>
  name === undefined ? undefined : { [name]: value };

const artifactOf = (
  artifactId: string,
  name: string,
  parts: readonly string[],
): Task['artifacts'][0] => ({
  artifactId,
  name,
  description: '',
  parts: parts.map(part),
  metadata: undefined,
  extensions: [],
});

/** The n-th event of a publisher. */
function eventOf(shape: Shape, publisher: string, n: number): AgentExecutionEvent {
  const name = `${publisher}${n}`;
  const ids = { taskId: 't', contextId: 'c' };
  const time = new Date(n).toISOString();
  switch (shape.kind) {
    case 'status': {
      const update = shape.message ? message(name) : undefined;
      return AgentEvent.statusUpdate({
        ...ids,
        status: { state: shape.state, message: update, timestamp: time },
        metadata: metadataOf(shape.key, name),
      });
    }
    case 'artifact': {
      const parts = Array.from({ length: shape.parts }, (_, index) => `${name}/${index}`);
      return AgentEvent.artifactUpdate({
        ...ids,
        artifact: {
          ...artifactOf(shape.id, shape.name ? name : '', parts),
          metadata: metadataOf(shape.artifactKey, name),
        },
        append: shape.append,
        lastChunk: false,
        metadata: metadataOf(shape.key, name),
      });
    }
    case 'task':
    default:
      return AgentEvent.task({
        id: 't',
        contextId: 'c',
        status: { state: TaskState.TASK_STATE_WORKING, message: undefined, timestamp: time },
        artifacts: shape.artifacts.map((id) => artifactOf(id, name, [`${name}/0`])),
        history: [],
        metadata: metadataOf(shape.key, name),
      });
  }
}

/** The events as a bus delivers them. */
export const identified = (
  list: readonly AgentExecutionEvent[],
  publisher: string,
): AgentExecutionEvent[] =>
  list.map((event, index) => withEventId(event, { publisher, counter: index + 1 }));

/** A task from before: with an artifact, a message and metadata. */
export const earlierTask: Task = {
  id: 't',
  contextId: 'c',
  status: {
    state: TaskState.TASK_STATE_WORKING,
    message: undefined,
    timestamp: '1969-01-01T00:00:00.000Z',
  },
  artifacts: [{ ...artifactOf('b', 'old', ['old']), metadata: { k1: 'old' } }],
  history: [message('old')],
  metadata: { k1: 'old' },
};

/** What a publisher adds to a task: statuses with messages, and chunks. */
export const additions = (publisher: string): fc.Arbitrary<AgentExecutionEvent[]> =>
  fc
    .array(fc.oneof({ weight: 1, arbitrary: status }, { weight: 3, arbitrary: artifact }), {
      minLength: 1,
      maxLength: 8,
    })
    .map((shapes) =>
      shapes.map((shape, index) => {
        const appends = shape.kind === 'artifact' ? { append: true, parts: 1 } : {};
        return eventOf({ ...shape, ...appends }, publisher, index + 1);
      }),
    );

/** A way to interleave two lists. */
export const orderings: fc.Arbitrary<<T>(some: readonly T[], more: readonly T[]) => T[]> = fc
  .array(fc.boolean(), { minLength: 16, maxLength: 16 })
  .map((turns) => (some, more) => {
    const [first, second] = [[...some], [...more]];
    const taken = turns.flatMap((turn) => (turn ? first : second).splice(0, 1));
    return [...taken, ...first, ...second];
  });

/** What a publisher publishes: a task, what changes it, and perhaps its end. */
export const events = (publisher: string): fc.Arbitrary<AgentExecutionEvent[]> =>
  fc
    .record({
      first: task,
      rest: fc.array(
        fc.oneof(
          { weight: 3, arbitrary: status },
          { weight: 6, arbitrary: artifact },
          { weight: 1, arbitrary: task },
        ),
        { maxLength: 10 },
      ),
      ends: fc.boolean(),
    })
    .map(({ first, rest, ends }) => {
      const end: Shape = {
        kind: 'status',
        state: TaskState.TASK_STATE_COMPLETED,
        message: true,
        key: undefined,
      };
      // The result manager drops a status of a task that has ended, with its message and metadata.
      const silent = rest.map((shape) =>
        shape.kind === 'status' ? { ...shape, message: false, key: undefined } : shape,
      );
      const shapes = ends ? [first, ...silent, end] : [first, ...rest];
      return shapes.map((shape, index) => eventOf(shape, publisher, index + 1));
    });
