import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { contentOf, CONTEXT } from '@a2a-redis-internal/contract/redis-task-stores';
import { listRequest, taskOf } from '@a2a-redis-internal/contract/task-fixtures';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import type { RedisClientType } from 'redis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { RedisJSONTaskStore } from '../src/index.ts';

describe('a server without JSON commands', () => {
  let server: RedisServer;
  let client: RedisClientType;
  let isPlain: boolean;
  let prefix: string;
  let store: RedisJSONTaskStore;

  beforeAll(async () => {
    server = await startRedisServer({ processControl: true });
    client = await connect(server.url);
    isPlain = (await client.commandInfo(['JSON.GET']))[0] === null;
  });

  afterAll(async () => {
    await client.close();
    await server.stop();
  });

  // A server of version 8 may bring the commands along, and nothing takes them away from it.
  beforeEach((context) => {
    if (!isPlain) context.skip('the server on PATH has JSON commands');
    prefix = newPrefix();
    store = new RedisJSONTaskStore(client, { prefix });
  });

  const CALLS: Readonly<Record<string, (store: RedisJSONTaskStore) => Promise<unknown>>> = {
    save: async (one) => one.save(taskOf('t'), CONTEXT),
    load: async (one) => one.load('t', CONTEXT),
    appliedEvents: async (one) => one.appliedEvents('t', CONTEXT),
    list: async (one) => one.list(listRequest(), CONTEXT),
    updateTask: async (one) => one.updateTask('t', CONTEXT, () => {}),
    delete: async (one) => one.delete('t', CONTEXT),
    taskExists: async (one) => one.taskExists('t', CONTEXT),
    listTaskIds: async (one) => one.listTaskIds(CONTEXT).next(),
    getPath: async (one) => one.getPath('t', '$.id', CONTEXT),
    updatePath: async (one) => one.updatePath('t', '$.metadata.a', CONTEXT, () => 1),
  };

  test.each(Object.entries(CALLS))(
    '%s says what is needed and what was found, also when tried again',
    async (_name, call) => {
      for (let attempt = 0; attempt < 2; attempt += 1) {
        await expect(call(store)).rejects.toMatchObject({
          name: 'A2ARedisError',
          code: 'SERVER_UNSUPPORTED',
          message:
            'RedisJSONTaskStore needs the JSON commands: Redis 8, Redis with the JSON module, or Valkey with its JSON module.',
          detail: `RedisJSONTaskStore needs the JSON commands: Redis 8, Redis with the JSON module, or Valkey with its JSON module. The server is ${await found()}, without them.`,
        });
      }
      expect(await contentOf(client, prefix)).toEqual({});
    },
  );

  test('a search says what it needs', async () => {
    await expect(store.search('*', CONTEXT)).rejects.toMatchObject({
      code: 'SERVER_UNSUPPORTED',
      message: expect.stringContaining(`FT commands: Redis 8, or a server with a search module`),
    });
  });

  test('a delete leaves what another kind of store wrote', async () => {
    const key = `${prefix}{acme:ann:t}`;
    await client.hSet(key, 'v', '1');
    await expect(store.delete('t', CONTEXT)).rejects.toMatchObject({ code: 'SERVER_UNSUPPORTED' });
    expect(await client.hGetAll(key)).toEqual({ v: '1' });
  });

  test('bad arguments are refused before the server is asked', async () => {
    await client.configResetStat();
    const expected = { code: 'INVALID_ARGUMENT' };
    await expect(store.save(taskOf(''), CONTEXT)).rejects.toMatchObject(expected);
    await expect(store.load('', CONTEXT)).rejects.toMatchObject(expected);
    await expect(store.delete('', CONTEXT)).rejects.toMatchObject(expected);
    await expect(store.taskExists('', CONTEXT)).rejects.toMatchObject(expected);
    await expect(store.getPath('', '$', CONTEXT)).rejects.toMatchObject(expected);
    await expect(store.getPath('t', 'id', CONTEXT)).rejects.toMatchObject(expected);
    await expect(store.updatePath('t', '$.id', CONTEXT, () => 1)).rejects.toMatchObject(expected);
    await expect(store.search('a)', CONTEXT)).rejects.toMatchObject(expected);
    const stats = await client.info('commandstats');
    expect(stats).not.toContain('cmdstat_eval');
  });

  async function found(): Promise<string> {
    const info = await client.info('server');
    const [, valkey] = /^valkey_version:(.+?)\r?$/mu.exec(info) ?? [];
    const [, redis] = /^redis_version:(.+?)\r?$/mu.exec(info) ?? [];
    return valkey === undefined ? `Redis ${redis}` : `Valkey ${valkey}`;
  }
});
