import type { Artifact, Message, Part, Task, TaskStatus } from '@a2a-js/sdk';
import { TaskState } from '@a2a-js/sdk';
import * as fc from 'fast-check';

import { messageOf, partOf, statusAt, taskOf } from './fixtures.ts';

// Texts that languages and bytes sort alike: stores may break ties by either.
export const TASK_IDS: readonly string[] = ['0a', '1', 'a', 'a0', 'b', 'ff'];
export const CONTEXT_IDS: readonly string[] = ['', 'one', 'two:{*}'];
const ARTIFACT_IDS = ['x', 'y', 'z'];
const MESSAGE_IDS = ['m1', 'm2', 'm3', 'm4', 'm5'];

/** Any JSON, by way of its text: `-0` is a number that JSON does not have. */
const json = fc
  .jsonValue({ maxDepth: 2 })
  .map((value): unknown => JSON.parse(JSON.stringify(value)));

export const metadata: fc.Arbitrary<Record<string, unknown> | undefined> = fc.option(
  fc.dictionary(fc.constantFrom('k1', 'k2', 'k3', '__proto__', ''), json, {
    maxKeys: 3,
    noNullPrototype: true,
  }),
  { nil: undefined },
);

export const part: fc.Arbitrary<Part> = fc
  .record({
    content: fc.oneof(
      fc.record({ $case: fc.constant('text' as const), value: fc.string({ unit: 'binary' }) }),
      fc.record({ $case: fc.constant('url' as const), value: fc.string() }),
      fc.record({ $case: fc.constant('data' as const), value: json }),
      fc.record({
        $case: fc.constant('raw' as const),
        value: fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
      }),
    ),
    metadata,
    filename: fc.constantFrom('', 'file'),
  })
  .map((fields) => partOf('', fields));

export const message: fc.Arbitrary<Message> = fc
  .record({
    id: fc.constantFrom(...MESSAGE_IDS),
    parts: fc.array(part, { maxLength: 2 }),
    metadata,
    extensions: fc.constantFrom<string[]>([], ['urn:x']),
  })
  .map(({ id, ...fields }) => messageOf(id, fields));

export const artifact: fc.Arbitrary<Artifact> = fc.record({
  artifactId: fc.constantFrom(...ARTIFACT_IDS),
  name: fc.constantFrom('', 'name'),
  description: fc.constantFrom('', 'text'),
  parts: fc.array(part, { maxLength: 3 }),
  metadata,
  extensions: fc.constantFrom<string[]>([], ['urn:x']),
});

const state: fc.Arbitrary<TaskState> = fc.constantFrom(
  TaskState.TASK_STATE_SUBMITTED,
  TaskState.TASK_STATE_WORKING,
  TaskState.TASK_STATE_WORKING,
  TaskState.TASK_STATE_INPUT_REQUIRED,
  TaskState.TASK_STATE_COMPLETED,
);

/** Mostly distinct times, some of three that many tasks share, some none. */
const timestamp = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 10, max: 1_000_000 }).map(textAt) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 2 }).map(textAt) },
  { weight: 1, arbitrary: fc.constant(undefined) },
);

export const status: fc.Arbitrary<TaskStatus> = fc.record({
  state,
  message: fc.option(message, { nil: undefined, freq: 3 }),
  timestamp,
});

export const task: fc.Arbitrary<Task> = fc
  .record({
    id: fc.constantFrom(...TASK_IDS),
    contextId: fc.constantFrom(...CONTEXT_IDS),
    status: fc.option(status, { nil: undefined, freq: 9 }),
    artifacts: fc.uniqueArray(artifact, { selector: ({ artifactId }) => artifactId, maxLength: 3 }),
    history: fc.uniqueArray(message, { selector: ({ messageId }) => messageId, maxLength: 3 }),
    metadata,
  })
  .map(({ id, ...fields }) => taskOf(id, fields));

function textAt(timeMs: number): string | undefined {
  return statusAt(timeMs).timestamp;
}
