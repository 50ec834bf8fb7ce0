import { connect, newPrefix, SlotProxy } from '@a2a-redis-internal/redis-clients';
import {
  CONTEXT,
  streamedTask,
  watchedClient,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { connectToCluster } from '@a2a-redis-internal/contract/shared-server';
import { listRequest } from '@a2a-redis-internal/contract/task-fixtures';
import {
  type RedisCluster,
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import type { RedisScriptClient } from '@a2a-redis/core/shared';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { RedisTaskStore } from '../src/index.ts';

let server: RedisServer;
let cluster: RedisCluster;
let proxy: SlotProxy;

beforeAll(async () => {
  [server, cluster] = await Promise.all([startRedisServer(), startRedisCluster()]);
  proxy = await SlotProxy.start(cluster.urls);
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await Promise.all([server.stop(), cluster.stop()]);
});

async function listedIds(store: RedisTaskStore): Promise<readonly string[]> {
  const { tasks } = await store.list(listRequest(), CONTEXT);
  return tasks.map(({ id }) => id).toSorted();
}

it('asks a server once, and takes one round trip for a save then', async () => {
  const client = await connect(server.url);
  let calls = 0;
  const counted = watchedClient(client, { before: () => void (calls += 1) });
  const counts: number[] = [];
  const prefix = newPrefix();
  const stores = [new RedisTaskStore(counted, { prefix }), new RedisTaskStore(counted, { prefix })];
  for (const [index, store] of stores.entries()) {
    for (const id of ['a', 'b']) {
      calls = 0;
      await store.save(streamedTask(`${id}${index}`, 'text'), CONTEXT);
      counts.push(calls);
    }
  }
  calls = 0;
  const told = new RedisTaskStore(watchedClient(counted, {}), { prefix, layout: 'single' });
  await told.save(streamedTask('c', 'text'), CONTEXT);
  expect([...counts, calls]).toEqual([2, 1, 1, 1, 1]);
  client.destroy();
});

it('goes on when a server is scaled out to shards', async () => {
  const [single, shards] = [await connect(server.url), await connect(proxy.url)];
  const nodes = await connectToCluster(cluster.urls[0] ?? '');
  let present = single;
  const client: RedisScriptClient = {
    evalSha: async (...args) => present.evalSha(...args),
    eval: async (...args) => present.eval(...args),
  };
  const prefix = newPrefix();
  const store = new RedisTaskStore(client, { prefix });
  await store.save(streamedTask('before', 'text'), CONTEXT);
  present = shards;
  for (const id of ['a', 'b', 'c']) await store.save(streamedTask(id, 'text'), CONTEXT);
  const ofNodes = new RedisTaskStore(nodes, { prefix });
  expect(await listedIds(store)).toEqual(['a', 'b', 'c']);
  expect(await listedIds(ofNodes)).toEqual(['a', 'b', 'c']);
  expect(await nodes.zCard(`${prefix}{acme:ann}:pending`)).toBe(0);
  for (const each of [single, shards, nodes]) each.destroy();
});

it('does what it is told, and says what the server thinks of it', async () => {
  const client = await connect(proxy.url);
  const store = new RedisTaskStore(client, { prefix: newPrefix(), layout: 'single' });
  await expect(store.save(streamedTask('a', 'text'), CONTEXT)).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
    detail: expect.stringContaining('CROSSSLOT'),
  });
  client.destroy();
});
