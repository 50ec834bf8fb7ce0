import { type Message, type Part, Role, type Task, TaskState } from '@a2a-js/sdk';
import { describe, expect, test } from 'vitest';

import {
  artifactOf,
  CONTEXT,
  listRequest,
  messageOf,
  partOf,
  statusAt,
  taskOf,
} from './fixtures.ts';
import { plain } from './plain.ts';
import type { TaskStoreSubject } from './subject.ts';

// `JSON.parse` makes own keys of what an object literal would take for a prototype.
const ODD_KEYS: Record<string, unknown> = JSON.parse(
  '{"__proto__":{"a":1},"constructor":null,"toString":"","":[],"12345":{"null":null}}',
);
const ODD_TEXT = '"\\\u0000\u001F\u2028 ß e\u0301 漢字 🦀 \u{10FFFF} \uD800 null 12345 {}';

const data = (value: unknown): Partial<Part> => ({ content: { $case: 'data', value } });

const PARTS: Readonly<Record<string, Partial<Part>>> = {
  text: { content: { $case: 'text', value: ODD_TEXT } },
  'empty text': { content: { $case: 'text', value: '' } },
  'raw bytes': {
    content: {
      $case: 'raw',
      value: Buffer.from(Uint8Array.from({ length: 256 }, (_, byte) => byte)),
    },
  },
  'no raw bytes': { content: { $case: 'raw', value: Buffer.alloc(0) } },
  url: { content: { $case: 'url', value: 'https://host.example/a?b=c&d=%20#e' } },
  'an empty url': { content: { $case: 'url', value: '' } },
  'data of null': data(null),
  'data of false': data(false),
  'data of zero': data(0),
  'data of an empty text': data(''),
  'data of a number': data(-1.5e-7),
  'data of an empty list': data([]),
  'data of an empty object': data({}),
  'nested data': data({ list: [null, [[]], { a: { b: [ODD_TEXT, 1, true] } }] }),
  'data with odd keys': data(ODD_KEYS),
  'no content': { content: undefined },
  'a file name and a media type': { filename: ODD_TEXT, mediaType: 'text/plain' },
  'empty metadata': { metadata: {} },
  'metadata with odd keys': { metadata: ODD_KEYS },
};

const MESSAGES: Readonly<Record<string, Partial<Message>>> = {
  'no field but an id': { contextId: '', taskId: '', role: Role.ROLE_UNSPECIFIED, parts: [] },
  'no id': { messageId: '' },
  'every field': {
    messageId: ODD_TEXT,
    contextId: 'c',
    taskId: 't',
    role: Role.ROLE_AGENT,
    parts: [partOf('a'), partOf('')],
    metadata: ODD_KEYS,
    extensions: ['', 'urn:x', 'urn:x'],
    referenceTaskIds: ['a', 'a', ''],
  },
  'empty metadata': { metadata: {} },
};

const TASKS: Readonly<Record<string, Partial<Task>>> = {
  'no field but an id': { contextId: '', status: undefined },
  'empty metadata': { metadata: {} },
  'metadata with odd keys': { metadata: ODD_KEYS },
  'a status without a time': { status: { ...statusAt(0), timestamp: undefined } },
  'a status without a state': { status: statusAt(0, TaskState.TASK_STATE_UNSPECIFIED) },
  'a time of another form': { status: { ...statusAt(0), timestamp: '2026-01-01T01:00:00+01:00' } },
  'an artifact of no parts': { artifacts: [artifactOf('a', [])] },
  'an artifact of every field': {
    artifacts: [
      artifactOf(ODD_TEXT, ['', 'a'], {
        name: ODD_TEXT,
        description: ODD_TEXT,
        metadata: ODD_KEYS,
        extensions: ['urn:x', ''],
      }),
    ],
  },
  'an artifact of no field': { artifacts: [artifactOf('', [], { metadata: {} })] },
};

const STATES = [
  TaskState.TASK_STATE_SUBMITTED,
  TaskState.TASK_STATE_WORKING,
  TaskState.TASK_STATE_COMPLETED,
  TaskState.TASK_STATE_FAILED,
  TaskState.TASK_STATE_CANCELED,
  TaskState.TASK_STATE_INPUT_REQUIRED,
  TaskState.TASK_STATE_REJECTED,
  TaskState.TASK_STATE_AUTH_REQUIRED,
];

/** What is loaded and listed equals what was saved, field by field, wherever a value stands. */
export function keepsEveryField({ makeStore }: TaskStoreSubject): void {
  const expectKept = async (fields: Partial<Task>): Promise<void> => {
    const store = await makeStore();
    const task = taskOf('task', fields);
    await store.save(task, CONTEXT);
    const loaded = plain(await store.load('task', CONTEXT));
    expect(loaded).toEqual(plain(task));
    // `toEqual` takes an own `__proto__` for the prototype; the text shows it.
    expect(JSON.stringify(loaded)).toBe(JSON.stringify(plain(task)));
    const { tasks } = await store.list(listRequest({ includeArtifacts: true }), CONTEXT);
    expect(plain(tasks)).toEqual(plain([task]));
  };

  describe('fields', () => {
    test.each(Object.entries(PARTS))('a part: %s', async (_name, fields) => {
      const parts = [partOf('before'), partOf('text', fields), partOf('after')];
      await expectKept({
        artifacts: [artifactOf('a', [], { parts })],
        history: [messageOf('m', { parts })],
        status: { ...statusAt(0), message: messageOf('s', { parts }) },
      });
    });

    test.each(Object.entries(MESSAGES))('a message: %s', async (_name, fields) => {
      const message = messageOf('m', fields);
      await expectKept({ history: [message], status: { ...statusAt(0), message } });
    });

    test.each(Object.entries(TASKS))('a task: %s', async (_name, fields) => {
      await expectKept(fields);
    });

    test.each(STATES)('the state %i', async (state) => {
      await expectKept({ status: statusAt(0, state) });
    });
  });
}
