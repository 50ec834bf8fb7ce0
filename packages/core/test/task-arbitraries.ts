import type { Artifact, Message, Part, Task, TaskStatus } from '@a2a-js/sdk';
import fc from 'fast-check';

/** Metadata and data as peers send them: JSON, awkward keys included. */
const json: fc.Arbitrary<unknown> = fc
  .jsonValue({ maxDepth: 2 })
  .map((value): unknown => JSON.parse(JSON.stringify(value)));
const metadata: fc.Arbitrary<Record<string, unknown> | undefined> = fc.option(
  fc.dictionary(fc.string({ maxLength: 4 }), json, { maxKeys: 3 }),
  { nil: undefined },
);

export const part: fc.Arbitrary<Part> = fc.record({
  content: fc.oneof(
    fc.record({ $case: fc.constant('text' as const), value: fc.string({ unit: 'binary' }) }),
    fc.record({ $case: fc.constant('url' as const), value: fc.webUrl() }),
    fc.record({
      $case: fc.constant('raw' as const),
      value: fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
    }),
    fc.record({ $case: fc.constant('data' as const), value: json }),
    fc.constant(undefined),
  ),
  metadata,
  filename: fc.string({ maxLength: 5 }),
  mediaType: fc.constantFrom('', 'text/plain'),
});

/** A message with the id given. */
export const message = (messageId: string): fc.Arbitrary<Message> =>
  fc.record({
    messageId: fc.constant(messageId),
    contextId: fc.constantFrom('', 'c'),
    taskId: fc.constantFrom('', 't'),
    role: fc.constantFrom(0, 1, 2),
    parts: fc.array(part, { maxLength: 2 }),
    metadata,
    extensions: fc.array(fc.string({ maxLength: 3 }), { maxLength: 2 }),
    referenceTaskIds: fc.array(fc.string({ maxLength: 3 }), { maxLength: 1 }),
  });

export const status: fc.Arbitrary<TaskStatus> = fc.record({
  state: fc.integer({ min: 0, max: 8 }),
  message: fc.option(message('status'), { nil: undefined }),
  timestamp: fc.option(
    fc
      .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    { nil: undefined },
  ),
});

/** An artifact with the id given. */
export const artifact = (artifactId: string): fc.Arbitrary<Artifact> =>
  fc.record({
    artifactId: fc.constant(artifactId),
    name: fc.string({ maxLength: 3 }),
    description: fc.string({ maxLength: 3 }),
    parts: fc.array(part, { maxLength: 4 }),
    metadata,
    extensions: fc.array(fc.string({ maxLength: 3 }), { maxLength: 2 }),
  });

const ids = (names: readonly string[]): fc.Arbitrary<string[]> => fc.shuffledSubarray([...names]);

/** A task with ids from small sets, so that two of them have much in common. */
export const task: fc.Arbitrary<Task> = fc.record({
  id: fc.constant('t'),
  contextId: fc.constantFrom('c', 'd'),
  status: fc.option(status, { nil: undefined }),
  artifacts: ids(['a', 'b', 'c']).chain((names) => fc.tuple(...names.map(artifact))),
  history: ids(['m1', 'm2', 'm3', 'm4']).chain((names) => fc.tuple(...names.map(message))),
  metadata,
});
