import { newPrefix } from '@a2a-redis-internal/redis-clients';
import {
  contentOf,
  CONTEXT,
  documentAt,
  streamedTask,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { messageOf, partOf, statusAt, taskOf } from '@a2a-redis-internal/contract/task-fixtures';
import { Task, TaskState } from '@a2a-js/sdk';
import { ServerCallContext } from '@a2a-js/sdk/server';
import { expect, test } from 'vitest';

import { RedisJSONTaskStore } from '../src/index.ts';
import { describeWithJson } from './servers.ts';

const VERSION = /^\d{16}$/;
/** Milliseconds since the smallest `Date`, in base 36: the beginning of 2026, and one later. */
const [TIME_0, TIME_1] = ['2d39122ayo0', '2d39122ayo1'];

describeWithJson('keys and documents', (server) => {
  const rowVersion = (content: Record<string, Record<string, unknown>>, rows: string): string =>
    String(Object.values(content[rows] ?? {})[0]).slice(0, 16);

  test('one document a task, the A2A JSON form of it, and the index of its scope', async () => {
    const prefix = newPrefix();
    const store = new RedisJSONTaskStore(server.client, { prefix });
    const task = {
      ...streamedTask('t/1', 'one', 'two'),
      contextId: 'c:1',
      metadata: { key: ['value'] },
      history: [messageOf('m-1', { parts: [partOf('hello')] })],
    };
    await store.save(task, CONTEXT);

    const record = `${prefix}{acme:ann:t%2F1}`;
    const index = `${prefix}{acme:ann}`;
    const content = await contentOf(server.client, prefix);
    const version = rowVersion(content, `${index}:rows`);
    expect(version).toMatch(VERSION);
    const member = `${TIME_0}t/1`;
    expect(content).toEqual({
      [record]: {
        ...(Task.toJSON(task) as object),
        _store: {
          version,
          writes: expect.stringMatching(/^[A-Za-z0-9_-]{8}:1$/),
          scope: 'acme:ann',
        },
      },
      [`${index}:rows`]: { 't/1': `${version} ${TIME_0} 2 c:1` },
      [`${index}:tasks`]: { [member]: 0 },
      [`${index}:tasks:s:2`]: { [member]: 0 },
      [`${index}:tasks:c:c%3A1`]: { [member]: 0 },
      [`${index}:tasks:c:c%3A1:s:2`]: { [member]: 0 },
    });
  });

  test('a task that changes its state moves, and one that loses its content keeps none', async () => {
    const prefix = newPrefix();
    const store = new RedisJSONTaskStore(server.client, { prefix });
    await store.save({ ...streamedTask('t', 'one', 'two'), metadata: { a: 1 } }, CONTEXT);
    await store.save(
      taskOf('t', { status: statusAt(1, TaskState.TASK_STATE_COMPLETED), contextId: 'other' }),
      CONTEXT,
    );

    const index = `${prefix}{acme:ann}`;
    const content = await contentOf(server.client, prefix);
    const version = rowVersion(content, `${index}:rows`);
    expect(content).toEqual({
      [`${prefix}{acme:ann:t}`]: {
        id: 't',
        contextId: 'other',
        status: { state: 'TASK_STATE_COMPLETED', timestamp: '2026-01-01T00:00:00.001Z' },
        history: [],
        artifacts: [],
        _store: {
          version,
          writes: expect.stringMatching(/^[A-Za-z0-9_-]{8}:2$/),
          scope: 'acme:ann',
        },
      },
      [`${index}:rows`]: { t: `${version} ${TIME_1} 3 other` },
      [`${index}:tasks`]: { [`${TIME_1}t`]: 0 },
      [`${index}:tasks:s:3`]: { [`${TIME_1}t`]: 0 },
      [`${index}:tasks:c:other`]: { [`${TIME_1}t`]: 0 },
      [`${index}:tasks:c:other:s:3`]: { [`${TIME_1}t`]: 0 },
    });
  });

  test('a task without a status, a tenant and a user', async () => {
    const prefix = newPrefix();
    const store = new RedisJSONTaskStore(server.client, { prefix });
    const context = new ServerCallContext();
    await store.save(taskOf('t', { status: undefined, contextId: '' }), context);
    expect(await documentAt(server.client, `${prefix}{:unknown:t}`)).toEqual({
      id: 't',
      contextId: '',
      history: [],
      artifacts: [],
      _store: {
        version: expect.stringMatching(VERSION),
        writes: expect.any(String),
        scope: ':unknown',
      },
    });
    expect(await store.delete('t', context)).toBe(true);
    expect(await contentOf(server.client, prefix)).toEqual({});
  });

  test('the default prefix, which is not that of RedisTaskStore', async () => {
    const store = new RedisJSONTaskStore(server.client);
    const id = newPrefix().replaceAll(':', '-');
    const keys = (): Promise<string[]> => server.client.keys(`*{acme:ann:${id}}*`);
    await store.save(taskOf(id, { metadata: { a: 1 } }), CONTEXT);
    await store.updatePath(id, '$.metadata.a', CONTEXT, () => 2);
    expect(await keys()).toEqual([`a2a:json-tasks:{acme:ann:${id}}`]);
    expect(await store.delete(id, CONTEXT)).toBe(true);
    expect(await keys()).toEqual([]);
  });

  test('a scope of odd ids stands in the document as it does in the key', async () => {
    const prefix = newPrefix();
    const store = new RedisJSONTaskStore(server.client, { prefix });
    const context = new ServerCallContext({
      tenant: 'a"b\\:{}',
      user: { isAuthenticated: true, userName: '🦀'.repeat(200) },
    });
    await store.save(taskOf('t:{*}', { metadata: { a: 1 } }), context);
    await store.updateTask('t:{*}', context, (task) => void (task.metadata = { a: 2 }));
    const [key = ''] = await server.client.keys(`${prefix}{*t%3A*`);
    const { _store } = (await documentAt(server.client, key)) as { _store: { scope: string } };
    expect(_store.scope).toMatch(/^a%22b%5C%3A%7B%7D:~[A-Za-z0-9_-]{43}$/);
    expect(key).toBe(`${prefix}{${_store.scope}:t%3A%7B%2A%7D}`);
  });

  test('texts that the server cannot hold stand in the document escaped, all others as they are', async () => {
    const prefix = newPrefix();
    const store = new RedisJSONTaskStore(server.client, { prefix });
    const metadata = { plain: 'é🦀\\ud800 "\u0000', odd: 'a\uD800b', 'k\uDC00': '\uFFFF' };
    await store.save(taskOf('t', { metadata }), CONTEXT);
    expect((await documentAt(server.client, `${prefix}{acme:ann:t}`))['metadata']).toEqual({
      plain: metadata.plain,
      odd: 'a\uFFFFd800b',
      'k\uFFFFdc00': '\uFFFFffff',
    });
    const loaded = await new RedisJSONTaskStore(server.client, { prefix }).load('t', CONTEXT);
    expect(loaded?.metadata).toEqual(metadata);
  });
});
