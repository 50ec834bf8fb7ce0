import type { Task } from '@a2a-js/sdk';
import { ServerCallContext } from '@a2a-js/sdk/server';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { describe, expect, test } from 'vitest';

import { statusAt, taskOf } from '../task-store/fixtures.ts';
import { CONTEXT, streamedTask, text } from './fixtures.ts';
import { recordedStore } from './recorded-store.ts';
import type { RedisTaskStoreSubject } from './subject.ts';

/** What a JavaScript caller may pass, as whatever type it should have had. */
function wrong(value: unknown): never {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- types alone cannot keep it out
  return value as never;
}

const cycle: Record<string, unknown> = {};
cycle['self'] = { cycle };
let deep: unknown = 'bottom';
for (let level = 0; level < 250; level += 1) deep = [deep];

const part = (content: unknown): Task => {
  const task = streamedTask('t', 'one');
  task.artifacts[0]?.parts.push({ ...text(''), content: wrong(content) });
  return task;
};
const message: Task['history'][number] = wrong({ messageId: 'm' });

const TASKS: Readonly<Record<string, unknown>> = {
  'no task': undefined,
  'null for a task': null,
  'a text for a task': 't',
  'a task without an id': {},
  'an empty id': taskOf(''),
  'an id that is a number': taskOf(wrong(12345)),
  'an id that is null': taskOf(wrong(null)),
  'an id with a lone surrogate': taskOf('a\uD800'),
  'a context id with a lone surrogate': taskOf('t', { contextId: '\uDFFF' }),
  'a context id that is a number': taskOf('t', { contextId: wrong(1) }),
  'a status that is a text': taskOf('t', { status: wrong('working') }),
  'a state that is none': taskOf('t', { status: { ...statusAt(0), state: wrong(99) } }),
  'a state that is a text': taskOf('t', { status: { ...statusAt(0), state: wrong('working') } }),
  'a timestamp that is a number': taskOf('t', { status: { ...statusAt(0), timestamp: wrong(1) } }),
  'a timestamp of zero': taskOf('t', { status: { ...statusAt(0), timestamp: wrong(0) } }),
  'a timestamp that is a date': taskOf('t', {
    status: { ...statusAt(0), timestamp: wrong(new Date(0)) },
  }),
  'a bigint in metadata': taskOf('t', { metadata: { deep: [1n] } }),
  'a cycle in metadata': taskOf('t', { metadata: cycle }),
  'metadata deeper than 200 levels': taskOf('t', { metadata: { deep } }),
  'metadata that is a list': taskOf('t', { metadata: wrong([]) }),
  'metadata that is a text': taskOf('t', { metadata: wrong('a') }),
  'artifacts that are no list': taskOf('t', { artifacts: wrong({}) }),
  'an artifact that is null': taskOf('t', { artifacts: [wrong(null)] }),
  'parts that are no list': taskOf('t', {
    artifacts: [wrong({ artifactId: 'a', parts: 'parts' })],
  }),
  'a history that is no list': taskOf('t', { history: wrong('history') }),
  'a message that is a text': taskOf('t', { history: [wrong('hello')] }),
  'a message of parts that are no list': taskOf('t', {
    history: [{ ...message, parts: wrong({}) }],
  }),
  'a role that is none': taskOf('t', { history: [{ ...message, role: wrong('user') }] }),
  'a message id that is a number': taskOf('t', { history: [{ ...message, messageId: wrong(1) }] }),
  'extensions that are no list': taskOf('t', { history: [{ ...message, extensions: wrong(1) }] }),
  'a part that is null': taskOf('t', { history: [{ ...message, parts: [wrong(null)] }] }),
  'a part of an unknown kind': part({ $case: 'video', value: '' }),
  'a text that is a number': part({ $case: 'text', value: 1 }),
  'a url that is missing': part({ $case: 'url' }),
  'bytes that are a number': part({ $case: 'raw', value: 5 }),
  'bytes that are a text': part({ $case: 'raw', value: 'abc' }),
  'a bigint in a data part': part({ $case: 'data', value: 1n }),
};

const SPARSE: Task = wrong({
  id: 'sparse',
  status: { state: 2, message: { messageId: 'm', parts: null } },
  history: [
    { messageId: 'm' },
    { messageId: 'n', parts: [{ content: { $case: 'text', value: 'x' } }] },
  ],
  artifacts: [{ artifactId: 'a' }],
});

/** What is no task, and what no task can hold, is refused before anything is sent. */
export function refusesBadTasks(subject: RedisTaskStoreSubject): void {
  const { open, describeOnServer } = subject;

  describeOnServer('bad input', (server) => {
    describe('save refuses, and stores nothing of', () => {
      test.each(Object.entries(TASKS))('%s', async (_name, task) => {
        const { store, calls } = recordedStore(subject, server.client);
        await expect(store.save(wrong(task), CONTEXT)).rejects.toMatchObject({
          name: 'A2ARedisError',
          code: 'INVALID_ARGUMENT',
        });
        expect(calls).toEqual([]);
      });
    });

    describe('fields that a JavaScript caller left out', () => {
      test('are what they are on the wire, however often the task is saved', async () => {
        const store = open(server.client, { prefix: newPrefix() });
        const emptyMessage = {
          messageId: 'm',
          contextId: '',
          taskId: '',
          role: 0,
          parts: [],
          metadata: undefined,
          extensions: [],
          referenceTaskIds: [],
        };
        const expected = {
          id: 'sparse',
          contextId: '',
          status: { state: 2, message: emptyMessage, timestamp: undefined },
          history: [
            emptyMessage,
            { ...emptyMessage, messageId: 'n', parts: [{ ...text('x'), mediaType: '' }] },
          ],
          artifacts: [
            {
              artifactId: 'a',
              name: '',
              description: '',
              parts: [],
              metadata: undefined,
              extensions: [],
            },
          ],
          metadata: undefined,
        };
        for (let save = 0; save < 2; save += 1) {
          await store.save(structuredClone(SPARSE), CONTEXT);
          expect(await store.load('sparse', CONTEXT)).toEqual(expected);
        }
      });
    });

    describe('other calls refuse', () => {
      test.each([[''], [undefined], [null], [12345], ['\uD800']])('the id %j', async (id) => {
        const { store, calls } = recordedStore(subject, server.client);
        const taskId: string = wrong(id);
        const expected = { name: 'A2ARedisError', code: 'INVALID_ARGUMENT' };
        await expect(store.load(taskId, CONTEXT)).rejects.toMatchObject(expected);
        await expect(store.delete(taskId, CONTEXT)).rejects.toMatchObject(expected);
        await expect(store.taskExists(taskId, CONTEXT)).rejects.toMatchObject(expected);
        await expect(store.updateTask(taskId, CONTEXT, () => {})).rejects.toMatchObject(expected);
        expect(calls).toEqual([]);
      });

      test.each([
        ['a tenant that is a number', { tenant: wrong(1) }],
        ['a tenant with a lone surrogate', { tenant: '\uD800' }],
        ['an owner with a lone surrogate', { user: { isAuthenticated: true, userName: '\uD800' } }],
      ])('%s', async (_name, options) => {
        const context = new ServerCallContext(options);
        const { store, calls } = recordedStore(subject, server.client);
        const expected = { name: 'A2ARedisError', code: 'INVALID_ARGUMENT' };
        await expect(store.save(taskOf('t'), context)).rejects.toMatchObject(expected);
        await expect(store.load('t', context)).rejects.toMatchObject(expected);
        expect(calls).toEqual([]);
      });
    });
  });
}
