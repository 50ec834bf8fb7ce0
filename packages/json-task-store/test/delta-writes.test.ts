import { messageOf, statusAt } from '@a2a-redis-internal/contract/task-fixtures';
import {
  callsForChunk,
  contentOf,
  CONTEXT,
  loadTask,
  recordedStore,
  sentForChange,
  sentForLateChunk,
  streamedTask,
  text,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { type Task, TaskState } from '@a2a-js/sdk';
import { describe, expect, test } from 'vitest';

import { SUBJECT } from './subject.ts';

const words = (sentence: string): string[] => sentence.split(' ');
const THREE = '{"text":"three","mediaType":"text/plain"}';
const PARTS = '$.artifacts[0].parts';
const CHANGES: Readonly<
  Record<string, readonly [(task: Task) => unknown, ...args: readonly string[]]>
> = {
  nothing: [() => {}, '0', '0'],
  metadata: [
    (task) => (task.metadata = { a: 1 }),
    '0',
    '4',
    'JSON.SET',
    '2',
    '$.metadata',
    '{"a":1}',
  ],
  'a message': [
    (task) => task.history.push(messageOf('m', { parts: [] })),
    ...words('1 4 $.history 0 JSON.ARRAPPEND 2 $.history'),
    '{"messageId":"m","contextId":"context","role":"ROLE_USER"}',
  ],
  'the description of an artifact': [
    (task) => Object.assign(task.artifacts[0] ?? {}, { name: '', description: 'new' }),
    ...words('1 17 $.artifacts 1'),
    ...words('JSON.SET 2 $.artifacts[0].artifactId "a"'),
    ...words('JSON.DEL 1 $.artifacts[0].name'),
    ...words('JSON.SET 2 $.artifacts[0].description "new"'),
    ...words('JSON.DEL 1 $.artifacts[0].metadata'),
    ...words('JSON.DEL 1 $.artifacts[0].extensions'),
  ],
  'a part in the middle': [
    (task) => task.artifacts[0]?.parts.splice(1, 1, text('changed')),
    ...words(`1 8 ${PARTS} 3 JSON.ARRAPPEND 3 ${PARTS}`),
    '{"text":"changed","mediaType":"text/plain"}',
    THREE,
    ...words(`JSON.DEL 1 ${PARTS}[1:3]`),
  ],
  'the last part removed': [
    (task) => task.artifacts[0]?.parts.pop(),
    ...words(`1 3 ${PARTS} 3 JSON.DEL 1 ${PARTS}[2:3]`),
  ],
  'all parts removed': [
    (task) => task.artifacts[0]?.parts.splice(0),
    ...words(`1 4 ${PARTS} 3 JSON.SET 2 ${PARTS} []`),
  ],
  'an artifact added': [
    (task) => task.artifacts.push(...streamedTask('t', 'x').artifacts),
    ...words('1 4 $.artifacts 1 JSON.ARRAPPEND 2 $.artifacts'),
    '{"artifactId":"a","name":"answer","parts":[{"text":"x","mediaType":"text/plain"}]}',
  ],
  'the artifact removed': [
    (task) => task.artifacts.pop(),
    ...words('1 4 $.artifacts 1 JSON.SET 2 $.artifacts []'),
  ],
};

SUBJECT.describeOnServer('delta writes', (server) => {
  describe('a chunk', () => {
    test('is one call for the load and one for the save, and sends nothing but itself', async () => {
      const { version, calls } = await callsForChunk(SUBJECT, server.client);
      expect(calls).toEqual([
        { args: [version], reply: [version] },
        {
          args: [
            version,
            expect.stringMatching(/^[A-Za-z0-9_-]{8}:2$/),
            '',
            '0',
            '',
            ...words('1 4 $.artifacts[0].parts 1000'),
            ...words('JSON.ARRAPPEND 2 $.artifacts[0].parts'),
            '{"text":"chunk","mediaType":"text/plain"}',
          ],
          reply: ['saved', expect.stringMatching(/^\d{16}$/), ''],
        },
      ]);
    });

    test('changes the part, the version and the last writer, and nothing else', async () => {
      const { store, prefix } = recordedStore(SUBJECT, server.client);
      await store.save(streamedTask('t', 'one', 'two'), CONTEXT);
      const before = await contentOf(server.client, prefix);
      const record = `${prefix}{acme:ann:t}`;
      const own = storeMemberOf(before[record]);
      const task = await loadTask(store, 't');
      task.artifacts[0]?.parts.push(text('three'));
      await store.save(task, CONTEXT);

      const part = (value: string): object => ({ text: value, mediaType: 'text/plain' });
      expect(await contentOf(server.client, prefix)).toEqual({
        ...before,
        [record]: {
          ...before[record],
          artifacts: [
            { artifactId: 'a', name: 'answer', parts: [part('one'), part('two'), part('three')] },
          ],
          _store: {
            version: expect.stringMatching(/^\d{16}$/),
            writes: own.writes.replace(':1', ':2'),
            scope: 'acme:ann',
          },
        },
      });
    });
  });

  describe('a change of a task that this process has written since', () => {
    test('is merged before it is sent, in one call', async () => {
      const sent = await sentForLateChunk(SUBJECT, server.client);
      expect(sent.slice(-2)).toEqual([
        '$.artifacts[0].parts',
        '{"text":"second","mediaType":"text/plain"}',
      ]);
    });
  });

  describe('other changes send what changed', () => {
    test.each(Object.entries(CHANGES))('%s', async (_name, [change, ...expected]) => {
      expect(await sentForChange(SUBJECT, server.client, change)).toEqual(['0', '', ...expected]);
    });

    test('a status, with the index', async () => {
      const status = statusAt(1, TaskState.TASK_STATE_COMPLETED);
      const sent = await sentForChange(SUBJECT, server.client, (task) => (task.status = status));
      expect(sent).toEqual([
        '0',
        '',
        '0',
        '4',
        'JSON.SET',
        '2',
        '$.status',
        '{"state":"TASK_STATE_COMPLETED","timestamp":"2026-01-01T00:00:00.001Z"}',
        't',
        '2d39122ayo1 3 context',
        '2d39122ayo1t',
        '2d39122ayo0 2 context',
        '2d39122ayo0t',
        '',
        '',
      ]);
    });
  });
});

function storeMemberOf(document: Record<string, unknown> | undefined): {
  version: string;
  writes: string;
} {
  return document?.['_store'] as { version: string; writes: string };
}
