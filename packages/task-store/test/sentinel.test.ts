import {
  IOREDIS,
  newPrefix,
  type OpenClient,
  SENTINEL_KINDS,
  untilReplica,
} from '@a2a-redis-internal/redis-clients';
import { describeTaskStoreContract } from '@a2a-redis-internal/contract';
import {
  append,
  CAPABILITIES,
  CONTEXT,
  streamedTask,
  textsOf,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { taskOf } from '@a2a-redis-internal/contract/task-fixtures';
import { type RedisSentinel, startRedisSentinel } from '@a2a-redis-internal/redis-server';
import { createRedisClient } from '@a2a-redis/core';
import type { RedisScriptClient } from '@a2a-redis/core/shared';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { RedisTaskStore } from '../src/index.ts';

let deployment: RedisSentinel;

beforeAll(async () => {
  deployment = await startRedisSentinel();
});

afterAll(async () => {
  await deployment.stop();
});

describe.each(Object.entries(SENTINEL_KINDS))('%s', (_name, open) => {
  let client: OpenClient;
  beforeAll(async () => {
    client = await open(deployment);
  });
  afterAll(() => client.close());

  describeTaskStoreContract(
    'RedisTaskStore',
    (ownerResolver) => new RedisTaskStore(client, { prefix: newPrefix(), ownerResolver }),
    CAPABILITIES,
  );
});

/** A client that can wait until what it wrote is replicated. */
interface ReplicatedClient extends RedisScriptClient {
  /** Resolves to the number of replicas. */
  untilReplicated(): Promise<unknown>;
  destroy(): unknown;
}

const REPLICATED: Readonly<Record<string, () => Promise<ReplicatedClient>>> = {
  createRedisClient: async () => {
    const { name, addresses } = deployment;
    const options = { sentinel: { name, rootNodes: addresses }, onError: () => {} };
    const client = await createRedisClient(options);
    return Object.assign(client, { untilReplicated: async () => client.wait(1, 0) });
  },
  'ioredis 6': async () => {
    const client = IOREDIS['ioredis 6'].connectSentinel(deployment);
    return Object.assign(client, { untilReplicated: async () => client.call('wait', '1', '0') });
  },
};

test.each(Object.entries(REPLICATED))(
  'a failover during saves by %s: what was replicated is there, and the store goes on',
  async (_name, open) => {
    const client = await open();
    const prefix = newPrefix();
    const store = new RedisTaskStore(client, { prefix, deadlineMs: 25_000 });
    const saveAll = (ids: readonly string[]): Promise<unknown> =>
      Promise.all(ids.map((id) => store.save(taskOf(id), CONTEXT)));

    const early = names('early', 50);
    await saveAll(early);
    await store.save(streamedTask('t', 'one'), CONTEXT);
    expect(await client.untilReplicated()).toBe(1);

    const over = new AbortController();
    const during = (async () => {
      for (let round = 0; !over.signal.aborted; round += 1)
        await saveAll(names(`during-${round}`, 5));
    })();
    const old = await deployment.primary();
    await deployment.failover();
    await untilReplica(old.url);
    const late = names('late', 50);
    await saveAll(late);
    await append(store, ['two']);
    over.abort();
    await during;

    const reader = new RedisTaskStore(client, { prefix });
    expect(textsOf(await reader.load('t', CONTEXT))).toEqual(['one', 'two']);
    for (const id of [...early, ...late]) {
      expect([id, await reader.taskExists(id, CONTEXT)]).toEqual([id, true]);
    }
    client.destroy();
  },
);

function names(stem: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${stem}-${index}`);
}
