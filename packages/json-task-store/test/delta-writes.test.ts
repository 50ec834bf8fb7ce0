import { newPrefix } from '@a2a-redis-internal/redis-clients';
import {
  contentOf,
  CONTEXT,
  loadTask,
  streamedTask,
  text,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { listRequest, messageOf, statusAt } from '@a2a-redis-internal/contract/task-fixtures';
import type { Task } from '@a2a-js/sdk';
import { TaskState } from '@a2a-js/sdk';
import type { RedisScriptClient } from '@a2a-redis/core/kernel';
import { describe, expect, test } from 'vitest';

import { RedisJSONTaskStore, type RedisJSONTaskStoreOptions } from '../src/index.ts';
import { describeWithJson } from './servers.ts';

/** What a script call sent, and what came back. */
interface Call {
  readonly args: readonly string[];
  readonly reply: unknown;
}

const words = (sentence: string): string[] => sentence.split(' ');
const THREE = '{"text":"three","mediaType":"text/plain"}';

describeWithJson('delta writes', (server) => {
  /** A store on the real client, and the calls that it made. */
  function recordedStore(options?: RedisJSONTaskStoreOptions): {
    store: RedisJSONTaskStore;
    calls: Call[];
    prefix: string;
  } {
    const calls: Call[] = [];
    const prefix = newPrefix();
    const note = (call: { arguments?: string[] } | undefined, reply: unknown): unknown => {
      calls.push({ args: call?.arguments ?? [], reply });
      return reply;
    };
    const recording: RedisScriptClient = {
      evalSha: async (sha1, call) => note(call, await server.client.evalSha(sha1, call)),
      eval: async (script, call) => note(call, await server.client.eval(script, call)),
    };
    return { store: new RedisJSONTaskStore(recording, { prefix, ...options }), calls, prefix };
  }

  describe('a chunk', () => {
    test('is one call for the load and one for the save, and sends nothing but itself', async () => {
      const { store, calls } = recordedStore();
      await store.save(streamedTask('t', ...Array.from({ length: 1000 }, () => 'before')), CONTEXT);
      const version = versionOf(calls.pop());
      calls.length = 0;

      const task = await loadTask(store, 't');
      task.artifacts[0]?.parts.push(text('chunk'));
      await store.save(task, CONTEXT);

      expect(calls).toEqual([
        { args: [version, '0'], reply: [version] },
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
      const { store, prefix } = recordedStore();
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
      const { store, calls } = recordedStore();
      await store.save(streamedTask('t', 'one'), CONTEXT);
      const [first, second] = [await loadTask(store, 't'), await loadTask(store, 't')];
      first.artifacts[0]?.parts.push(text('first'));
      await store.save(first, CONTEXT);
      second.artifacts[0]?.parts.push(text('second'));
      calls.length = 0;
      await store.save(second, CONTEXT);
      expect(calls).toHaveLength(1);
      expect(calls[0]?.args.slice(-2)).toEqual([
        '$.artifacts[0].parts',
        '{"text":"second","mediaType":"text/plain"}',
      ]);
    });
  });

  describe('other changes send what changed', () => {
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

    test.each(Object.entries(CHANGES))('%s', async (_name, [change, ...expected]) => {
      const { store, calls } = recordedStore();
      await store.save(streamedTask('t', 'one', 'two', 'three'), CONTEXT);
      const task = await loadTask(store, 't');
      change(task);
      calls.length = 0;
      await store.save(task, CONTEXT);
      expect(calls).toHaveLength(1);
      expect(calls[0]?.args.slice(3)).toEqual(['0', '', ...expected]);
    });

    test('a status, with the index', async () => {
      const { store, calls } = recordedStore();
      await store.save(streamedTask('t', 'one', 'two', 'three'), CONTEXT);
      const task = await loadTask(store, 't');
      task.status = statusAt(1, TaskState.TASK_STATE_COMPLETED);
      calls.length = 0;
      await store.save(task, CONTEXT);
      expect(calls).toHaveLength(1);
      expect(calls[0]?.args.slice(3)).toEqual([
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

  describe('more values than a script can pass on at once', () => {
    test('are appended in order', async () => {
      const { store, calls, prefix } = recordedStore();
      await store.save(streamedTask('t', 'first'), CONTEXT);
      const task = await loadTask(store, 't');
      const values = Array.from({ length: 9000 }, (_, index) => `chunk ${index}`);
      task.artifacts[0]?.parts.push(...values.map(text));
      calls.length = 0;
      await store.save(task, CONTEXT);
      expect(calls).toHaveLength(1);
      const loaded = await loadTask(new RedisJSONTaskStore(server.client, { prefix }), 't');
      expect(loaded.artifacts).toEqual(streamedTask('t', 'first', ...values).artifacts);
    });
  });

  describe('a load', () => {
    test('brings the content only when this process does not have it', async () => {
      const { store, calls, prefix } = recordedStore();
      await store.save(streamedTask('t', 'one'), CONTEXT);
      const other = new RedisJSONTaskStore(server.client, { prefix });
      await other.load('t', CONTEXT);
      await other.save(streamedTask('t', 'one', 'two'), CONTEXT);
      calls.length = 0;
      for (let count = 0; count < 3; count += 1) await store.load('t', CONTEXT);
      expect(calls.map(({ reply }) => (Array.isArray(reply) ? reply.length : reply))).toEqual([
        2, 1, 1,
      ]);
    });
  });

  describe('a list', () => {
    test('is one call for the index and one for each task shown, sent together', async () => {
      const { store, calls } = recordedStore();
      for (const id of ['a', 'b', 'c']) await store.save(streamedTask(id, 'one'), CONTEXT);
      calls.length = 0;
      await store.list(listRequest({ pageSize: 1 }), CONTEXT);
      expect(calls).toHaveLength(2);
    });

    test('does not transfer artifacts that are not asked for', async () => {
      const { store, prefix } = recordedStore();
      await store.save(streamedTask('t', 'secret of the artifact'), CONTEXT);
      const { store: reader, calls } = recordedStore({ prefix });
      await reader.list(listRequest(), CONTEXT);
      expect(JSON.stringify(calls)).toContain('TASK_STATE_WORKING');
      expect(JSON.stringify(calls)).not.toContain('artifact');
    });
  });
});

function versionOf(call: Call | undefined): string {
  const reply: unknown = call?.reply;
  if (!Array.isArray(reply)) throw new TypeError('No reply.');
  return String(reply[1]);
}

function storeMemberOf(document: Record<string, unknown> | undefined): {
  version: string;
  writes: string;
} {
  return document?.['_store'] as { version: string; writes: string };
}
