import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import {
  contentOf,
  CONTEXT,
  streamedTask,
  text,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { statusAt, taskOf } from '@a2a-redis-internal/contract/task-fixtures';
import {
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import { TaskState } from '@a2a-js/sdk';
import { ServerCallContext } from '@a2a-js/sdk/server';
import { createCluster, type RedisClientType } from 'redis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { RedisTaskStore } from '../src/index.ts';

const VERSION = /^\d{16}$/;
/** Milliseconds since the smallest `Date`, in base 36: the beginning of 2026, and one later. */
const [TIME_0, TIME_1] = ['2d39122ayo0', '2d39122ayo1'];

let server: RedisServer;
let client: RedisClientType;

beforeAll(async () => {
  server = await startRedisServer();
  client = await connect(server.url);
});

afterAll(async () => {
  await client.close();
  await server.stop();
});

describe('keys and fields', () => {
  test('one hash a task, and the index of its scope', async () => {
    const prefix = newPrefix();
    const store = new RedisTaskStore(client, { prefix });
    await store.save(
      {
        ...streamedTask('t/1', 'one', 'two'),
        contextId: 'c:1',
        metadata: { key: ['value'] },
        history: [
          {
            messageId: 'm-1',
            contextId: '',
            taskId: 't/1',
            role: 1,
            parts: [text('hello')],
            metadata: undefined,
            extensions: [],
            referenceTaskIds: [],
          },
        ],
      },
      CONTEXT,
    );

    const record = `${prefix}{acme:ann:t%2F1}`;
    const index = `${prefix}{acme:ann}`;
    const content = await contentOf(client, prefix);
    const version = String(content[record]?.['v']);
    expect(version).toMatch(VERSION);
    const member = `${TIME_0}t/1`;
    expect(content).toEqual({
      [record]: {
        v: version,
        w: expect.stringMatching(/^[A-Za-z0-9_-]{8}:1$/),
        i: 't/1',
        c: 'c:1',
        s: '{"state":"TASK_STATE_WORKING","timestamp":"2026-01-01T00:00:00.000Z"}',
        m: '{"key":["value"]}',
        h: '1',
        'h:0':
          '{"messageId":"m-1","taskId":"t/1","role":"ROLE_USER",' +
          '"parts":[{"text":"hello","mediaType":"text/plain"}]}',
        a: '1',
        'a:0': '{"artifactId":"a","name":"answer"}',
        'n:0': '2',
        'p:0:0': '{"text":"one","mediaType":"text/plain"}',
        'p:0:1': '{"text":"two","mediaType":"text/plain"}',
      },
      [`${index}:rows`]: { 't/1': `${version} ${TIME_0} 2 c:1` },
      [`${index}:tasks`]: { [member]: 0 },
      [`${index}:tasks:s:2`]: { [member]: 0 },
      [`${index}:tasks:c:c%3A1`]: { [member]: 0 },
      [`${index}:tasks:c:c%3A1:s:2`]: { [member]: 0 },
    });
  });

  test('a task that changes its state moves, and one that loses its content keeps no field', async () => {
    const prefix = newPrefix();
    const store = new RedisTaskStore(client, { prefix });
    await store.save({ ...streamedTask('t', 'one', 'two'), metadata: { a: 1 } }, CONTEXT);
    await store.save(
      taskOf('t', { status: statusAt(1, TaskState.TASK_STATE_COMPLETED), contextId: 'other' }),
      CONTEXT,
    );

    const index = `${prefix}{acme:ann}`;
    const content = await contentOf(client, prefix);
    const version = String(content[`${prefix}{acme:ann:t}`]?.['v']);
    expect(content).toEqual({
      [`${prefix}{acme:ann:t}`]: {
        v: version,
        w: expect.stringMatching(/^[A-Za-z0-9_-]{8}:2$/),
        i: 't',
        c: 'other',
        s: '{"state":"TASK_STATE_COMPLETED","timestamp":"2026-01-01T00:00:00.001Z"}',
        h: '0',
        a: '0',
      },
      [`${index}:rows`]: { t: `${version} ${TIME_1} 3 other` },
      [`${index}:tasks`]: { [`${TIME_1}t`]: 0 },
      [`${index}:tasks:s:3`]: { [`${TIME_1}t`]: 0 },
      [`${index}:tasks:c:other`]: { [`${TIME_1}t`]: 0 },
      [`${index}:tasks:c:other:s:3`]: { [`${TIME_1}t`]: 0 },
    });
  });

  test('a task without a status, under the default prefix, without a tenant and a user', async () => {
    const store = new RedisTaskStore(client);
    const context = new ServerCallContext();
    await store.save(taskOf('t', { status: undefined, contextId: '' }), context);

    const index = 'a2a:tasks:{:unknown}';
    const content = await contentOf(client, 'a2a:tasks:');
    const version = String(content['a2a:tasks:{:unknown:t}']?.['v']);
    const member = '-----------t';
    expect(content).toEqual({
      'a2a:tasks:{:unknown:t}': {
        v: version,
        w: expect.any(String),
        i: 't',
        c: '',
        h: '0',
        a: '0',
      },
      [`${index}:rows`]: { t: `${version} ----------- none ` },
      [`${index}:tasks`]: { [member]: 0 },
      [`${index}:tasks:s:none`]: { [member]: 0 },
      [`${index}:tasks:c:`]: { [member]: 0 },
      [`${index}:tasks:c::s:none`]: { [member]: 0 },
    });
    expect(await store.delete('t', context)).toBe(true);
    expect(await contentOf(client, 'a2a:tasks:')).toEqual({});
  });

  test('with ttlSeconds, when each record expires', async () => {
    const prefix = newPrefix();
    const store = new RedisTaskStore(client, { prefix, ttlSeconds: 1000 });
    const before = Date.now();
    await store.save(taskOf('t'), CONTEXT);
    const expiry = (await contentOf(client, prefix))[`${prefix}{acme:ann}:expiry`];
    expect(Object.keys(expiry ?? {})).toEqual(['t']);
    const expiresAt = Number(expiry?.['t']);
    expect(expiresAt >= before + 1_000_000 && expiresAt <= Date.now() + 1_000_000).toBe(true);
  });

  test('with ttlSeconds, which scopes have tasks that expire, and when the first does', async () => {
    const prefix = newPrefix();
    const store = new RedisTaskStore(client, { prefix, ttlSeconds: 1000 });
    const context = new ServerCallContext({
      tenant: 'a:"{b}',
      user: { isAuthenticated: true, userName: 'ann\n' },
    });
    await store.save(taskOf('t'), context);
    await vi.waitUntil(async () => client.exists(`${prefix}{scopes}:noted`));
    const content = await contentOf(client, prefix);
    const expiresAt = content[`${prefix}{a%3A%22%7Bb%7D:ann%0A}:expiry`]?.['t'];
    expect(content[`${prefix}{scopes}:due`]).toEqual({ '["a:\\"{b}","ann\\n"]': expiresAt });
    expect(content[`${prefix}{scopes}:noted`]).toEqual({
      '["a:\\"{b}","ann\\n"]': expect.stringMatching(/^\d{13}$/),
    });
  });

  test('every key has a type of its own', async () => {
    const prefix = newPrefix();
    await new RedisTaskStore(client, { prefix, ttlSeconds: 1000 }).save(taskOf('t'), CONTEXT);
    await vi.waitUntil(async () => client.exists(`${prefix}{scopes}:noted`));
    const types: Record<string, string> = {};
    for (const key of Object.keys(await contentOf(client, prefix))) {
      types[key.slice(prefix.length)] = await client.type(key);
    }
    expect(types).toEqual({
      '{acme:ann:t}': 'hash',
      '{acme:ann}:rows': 'hash',
      '{acme:ann}:tasks': 'zset',
      '{acme:ann}:tasks:s:2': 'zset',
      '{acme:ann}:tasks:c:context': 'zset',
      '{acme:ann}:tasks:c:context:s:2': 'zset',
      '{acme:ann}:expiry': 'zset',
      '{scopes}:due': 'zset',
      '{scopes}:noted': 'hash',
    });
  });

  test('on a cluster, no mark of a pending write stays behind a write that ended', async () => {
    await using cluster = await startRedisCluster();
    const clusterClient = createCluster({ rootNodes: cluster.urls.map((url) => ({ url })) });
    await clusterClient.connect();
    try {
      const prefix = newPrefix();
      const store = new RedisTaskStore(clusterClient, { prefix });
      await store.save(taskOf('t'), CONTEXT);
      await store.save(taskOf('t', { status: statusAt(1) }), CONTEXT);
      const index = `${prefix}{acme:ann}`;
      expect(await clusterClient.zRange(`${index}:pending`, 0, -1)).toEqual([]);
      expect(await clusterClient.zRange(`${index}:tasks`, 0, -1)).toEqual([`${TIME_1}t`]);
      expect(await clusterClient.exists(`${prefix}{acme:ann:t}`)).toBe(1);
    } finally {
      await clusterClient.close();
    }
  });
});
