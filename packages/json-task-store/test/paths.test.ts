import { newPrefix } from '@a2a-redis-internal/redis-clients';
import {
  contentOf,
  CONTEXT,
  documentAt,
  loadTask,
  OTHER_OWNER,
  streamedTask,
  text,
  textsOf,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { messageOf, partOf, statusAt } from '@a2a-redis-internal/contract/task-fixtures';
import { type Task, TaskState } from '@a2a-js/sdk';
import { TaskNotFoundError } from '@a2a-js/sdk/errors';
import { beforeEach, describe, expect, test } from 'vitest';

import { RedisJSONTaskStore } from '../src/index.ts';
import { describeWithJson } from './servers.ts';

function wholeTask(): Task {
  const data = partOf('', { content: { $case: 'data', value: { rows: [1, 2], 'a.b': null } } });
  const task = streamedTask('t', 'one', 'two');
  task.artifacts[0]?.parts.push(data);
  return {
    ...task,
    status: { ...statusAt(0), message: messageOf('s') },
    history: [messageOf('m-1'), messageOf('m-2', { metadata: { seen: true } })],
    metadata: { rating: 5, 'odd key': { deep: ['a', 'b'] } },
  };
}

describeWithJson('paths', (server) => {
  let prefix: string;
  let store: RedisJSONTaskStore;

  beforeEach(async () => {
    prefix = newPrefix();
    store = new RedisJSONTaskStore(server.client, { prefix });
    await store.save(wholeTask(), CONTEXT);
  });

  const another = (): RedisJSONTaskStore => new RedisJSONTaskStore(server.client, { prefix });

  describe('getPath', () => {
    test.each([
      ['$.status.state', ['TASK_STATE_WORKING']],
      ['$.artifacts[*].name', ['answer']],
      ['$.artifacts[*].parts[*].text', ['one', 'two']],
      ['$.history[1].messageId', ['m-2']],
      ['$.history[-1].messageId', ['m-2']],
      ['$..messageId', expect.arrayContaining(['s', 'm-1', 'm-2'])],
      ['$.metadata["odd key"].deep[1]', ['b']],
      ['$.artifacts[0].parts[2].data', [{ rows: [1, 2], 'a.b': null }]],
      ['$.artifacts[0].parts[?(@.text=="two")].mediaType', ['text/plain']],
      ['$.missing', []],
      ['$.metadata.missing.deeper', []],
    ])('%s', async (path, expected) => {
      expect(await store.getPath('t', path, CONTEXT)).toEqual(expected);
    });

    test('a text with a lone surrogate is what it was', async () => {
      await store.updatePath('t', '$.metadata.odd', CONTEXT, () => 'a\uD800\uFFFF');
      expect(await store.getPath('t', '$.metadata.odd', CONTEXT)).toEqual(['a\uD800\uFFFF']);
    });

    test('a task that is not there is not found, nor is one of another owner', async () => {
      await expect(store.getPath('u', '$', CONTEXT)).rejects.toThrow(TaskNotFoundError);
      await expect(store.getPath('t', '$', OTHER_OWNER)).rejects.toThrow(TaskNotFoundError);
    });

    test('a path is one of the document, in which the member of the store stands, too', async () => {
      const document = await documentAt(server.client, `${prefix}{acme:ann:t}`);
      expect(document).toHaveProperty('_store');
      expect(await store.getPath('t', '$', CONTEXT)).toEqual([document]);
      expect(await store.getPath('t', '$._store.scope', CONTEXT)).toEqual(['acme:ann']);
    });

    test.each(['', 'id', '.id', ' $', '$[', '$.metadata\u0000', '$.id\n'])(
      'the path %j is refused',
      async (path) => {
        await expect(store.getPath('t', path, CONTEXT)).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
          message: expect.stringContaining('path'),
        });
      },
    );

    test('a key of another type is reported', async () => {
      await server.client.set(`${prefix}{acme:ann:u}`, 'mine');
      const detail: unknown = expect.stringContaining('acme:ann:u');
      const expected = {
        code: 'CORRUPT_RECORD',
        message: 'A stored record cannot be read.',
        detail,
      };
      await expect(store.getPath('u', '$', CONTEXT)).rejects.toMatchObject(expected);
      const update = store.updatePath('u', '$.metadata.a', CONTEXT, () => 1);
      await expect(update).rejects.toMatchObject(expected);
      expect(await server.client.get(`${prefix}{acme:ann:u}`)).toBe('mine');
    });
  });

  describe('updatePath', () => {
    const UPDATES: Readonly<
      Record<string, readonly [path: string, value: unknown, (task: Task) => unknown]>
    > = {
      'a key of the metadata': [
        '$.metadata.rating',
        4,
        (task) => Object.assign(task.metadata ?? {}, { rating: 4 }),
      ],
      'a new key': [
        "$.metadata['new key: \u00e9.[]{}*?']",
        { a: [null] },
        (task) => Object.assign(task.metadata ?? {}, { 'new key: \u00e9.[]{}*?': { a: [null] } }),
      ],
      'a deep item': [
        '$.metadata["odd key"].deep[1]',
        null,
        (task) => Object.assign(task.metadata ?? {}, { 'odd key': { deep: ['a', null] } }),
      ],
      'all metadata': ['$.metadata', { only: 1 }, (task) => (task.metadata = { only: 1 })],
      'metadata removed': ['$.metadata', undefined, (task) => (task.metadata = undefined)],
      'a key removed': [
        '$.metadata.rating',
        undefined,
        (task) => (task.metadata = { 'odd key': { deep: ['a', 'b'] } }),
      ],
      'a key that is not there removed': ['$.metadata.none.deeper', undefined, () => {}],
      'metadata of a message': [
        '$.history[1].metadata.seen',
        false,
        (task) => Object.assign(task.history[1] ?? {}, { metadata: { seen: false } }),
      ],
      'first metadata of an artifact': [
        '$.artifacts[0].metadata.draft',
        true,
        (task) => Object.assign(task.artifacts[0] ?? {}, { metadata: { draft: true } }),
      ],
      'first metadata of a part': [
        '$["artifacts"][0]["parts"][1]["metadata"]',
        { lang: 'en' },
        (task) => Object.assign(task.artifacts[0]?.parts[1] ?? {}, { metadata: { lang: 'en' } }),
      ],
      'metadata of the status message': [
        '$.status.message.metadata.a',
        1,
        (task) => Object.assign(task.status?.message ?? {}, { metadata: { a: 1 } }),
      ],
      'data of a part': [
        '$.artifacts[0].parts[2].data',
        null,
        (task) =>
          Object.assign(task.artifacts[0]?.parts[2] ?? {}, {
            content: { $case: 'data', value: null },
          }),
      ],
      'an item of the data': [
        '$.artifacts[0].parts[2].data.rows[0]',
        'x',
        (task) =>
          Object.assign(task.artifacts[0]?.parts[2] ?? {}, {
            content: { $case: 'data', value: { rows: ['x', 2], 'a.b': null } },
          }),
      ],
      'a key of the data with a dot': [
        '$.artifacts[0].parts[2].data["a.b"]',
        1.5,
        (task) =>
          Object.assign(task.artifacts[0]?.parts[2] ?? {}, {
            content: { $case: 'data', value: { rows: [1, 2], 'a.b': 1.5 } },
          }),
      ],
    };

    test.each(Object.entries(UPDATES))('%s', async (_name, [path, value, change]) => {
      const expected = wholeTask();
      change(expected);
      expect(await store.updatePath('t', path, CONTEXT, () => value as never)).toEqual(value);
      expect(await store.load('t', CONTEXT)).toEqual(expected);
      expect(await another().load('t', CONTEXT)).toEqual(expected);
    });

    test('is given the value, and returns what is stored', async () => {
      const seen: unknown[] = [];
      const stored = await store.updatePath('t', '$.metadata.rating', CONTEXT, async (current) => {
        seen.push(current);
        return Promise.resolve(Number(current) + 1);
      });
      await store.updatePath('t', '$.metadata.none', CONTEXT, (current) => {
        seen.push(current);
        return undefined;
      });
      expect([stored, ...seen]).toEqual([6, 5, undefined]);
    });

    const REFUSED: Readonly<Record<string, readonly [path: string, value: unknown]>> = {
      'the id': ['$.id', 'x'],
      'the context': ['$.contextId', 'x'],
      'the state': ['$.status.state', 'TASK_STATE_COMPLETED'],
      'the status': ['$.status', {}],
      'a part': ['$.artifacts[0].parts[0]', {}],
      'a text': ['$.artifacts[0].parts[0].text', 'x'],
      'the member of the store': ['$._store.version', '1'],
      'the whole task': ['$', {}],
      'many places': ['$.artifacts[*].metadata', {}],
      'any depth': ['$..metadata', {}],
      'a filter': ['$.history[?(@.messageId=="m-1")].metadata', {}],
      'a slice': ['$.artifacts[0:1].metadata', {}],
      'a position from the end': ['$.artifacts[-1].metadata', {}],
      'an empty name': ['$.metadata[""]', 1],
      'a quote in a name': ["$.metadata['a\"b']", 1],
      'a backslash in a name': ['$.metadata["a\\\\b"]', 1],
      'a control character in a name': ['$.metadata["a\nb"]', 1],
      'an artifact that is not there': ['$.artifacts[7].metadata.a', 1],
      'metadata of an artifact that is not there': ['$.artifacts[7].metadata', {}],
      'a holder that is not there': ['$.metadata.none.deeper', 1],
      'a key of a text': ['$.metadata.rating.deeper', 1],
      'a position past the end': ['$.metadata["odd key"].deep[2]', 1],
      'data of a part of text': ['$.artifacts[0].parts[0].data', 1],
      'data removed': ['$.artifacts[0].parts[2].data', undefined],
      'metadata that is a list': ['$.metadata', []],
      'metadata that is null': ['$.metadata', null],
      'a bigint': ['$.metadata.a', 1n],
    };

    test.each(Object.entries(REFUSED))('refuses %s', async (_name, [path, value]) => {
      const before = await contentOf(server.client, prefix);
      const update = store.updatePath('t', path, CONTEXT, () => value as never);
      await expect(update).rejects.toMatchObject({
        name: 'A2ARedisError',
        code: 'INVALID_ARGUMENT',
      });
      expect(await contentOf(server.client, prefix)).toEqual(before);
    });

    test('a task that is not there is not found, nor one that is deleted meanwhile', async () => {
      const other = store.updatePath('t', '$.metadata.a', OTHER_OWNER, () => 1);
      await expect(other).rejects.toThrow(TaskNotFoundError);
      const gone = store.updatePath('t', '$.metadata.a', CONTEXT, async () => {
        await another().delete('t', CONTEXT);
        return 1;
      });
      await expect(gone).rejects.toThrow(TaskNotFoundError);
      expect(await contentOf(server.client, prefix)).toEqual({});
    });

    test('50 concurrent increments by two stores add up to 50', async () => {
      const stores = [store, another()];
      await Promise.all(
        Array.from({ length: 50 }, async (_, index) =>
          stores[index % 2]?.updatePath('t', '$.metadata.count', CONTEXT, (count) =>
            count === undefined ? 1 : Number(count) + 1,
          ),
        ),
      );
      expect(await store.getPath('t', '$.metadata.count', CONTEXT)).toEqual([50]);
    });

    test('is kept by a save of a task that was loaded before, and keeps that save', async () => {
      const task = await loadTask(store, 't');
      await another().updatePath('t', '$.metadata.rating', CONTEXT, () => 1);
      task.artifacts[0]?.parts.splice(2, 1, text('three'));
      task.status = statusAt(1, TaskState.TASK_STATE_COMPLETED);
      await store.save(task, CONTEXT);
      await another().updatePath('t', '$.metadata.late', CONTEXT, () => true);
      const stored = await store.load('t', CONTEXT);
      expect(textsOf(stored)).toEqual(['one', 'two', 'three']);
      expect(stored?.metadata).toMatchObject({ rating: 1, late: true });
      expect(stored?.status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
    });

    test('starts the time to live anew, as every write does', async () => {
      const brief = new RedisJSONTaskStore(server.client, { prefix, ttlSeconds: 1000 });
      await brief.updatePath('t', '$.metadata.a', CONTEXT, () => 1);
      const left = await server.client.ttl(`${prefix}{acme:ann:t}`);
      expect(left > 0 && left <= 1000).toBe(true);
      const terminal = { ttlSeconds: 500, ttlAppliesTo: 'terminal' } as const;
      const lasting = new RedisJSONTaskStore(server.client, { prefix, ...terminal });
      await lasting.updatePath('t', '$.metadata.a', CONTEXT, () => 2);
      expect(await server.client.ttl(`${prefix}{acme:ann:t}`)).toBe(-1);
    });
  });
});
