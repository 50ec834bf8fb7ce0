import { CONTEXT, streamedTask, textsOf } from '@a2a-redis-internal/contract/redis-task-stores';
import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import {
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import { createCluster } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RedisTaskStore } from '../src/index.ts';

const worker = fileURLToPath(new URL('workers/append.mjs', import.meta.url));
const WRITERS = ['left', 'right', 'third'];
const WRITES = 60;

const names = (writer: string): string[] =>
  Array.from({ length: WRITES }, (_, index) => `${writer}-${index}`);
const only = (all: readonly string[], writer: string): string[] =>
  all.filter((name) => name.startsWith(`${writer}-`));

async function start(args: readonly string[]): Promise<ChildProcess> {
  const child = fork(worker, [...args], { execArgv: [] });
  await once(child, 'message');
  return child;
}

/** Lets three processes write one task at once, to the end. */
async function writeAtOnce(url: string, prefix: string, kind: string): Promise<number[]> {
  const children = await Promise.all(
    WRITERS.map(async (writer) => start([url, prefix, 't', writer, String(WRITES), kind])),
  );
  for (const child of children) child.send('go');
  return Promise.all(
    children.map(async (child) => {
      const [code] = (await once(child, 'exit')) as [number];
      return code;
    }),
  );
}

async function expectNothingLost(store: RedisTaskStore): Promise<void> {
  const task = await store.load('t', CONTEXT);
  const texts = textsOf(task);
  const messages = (task?.history ?? []).map(({ messageId }) => messageId);
  for (const writer of WRITERS) {
    expect(only(texts, writer)).toEqual(names(writer));
    expect(only(messages, writer)).toEqual(names(writer));
  }
  expect(texts).toHaveLength(1 + WRITERS.length * WRITES);
  expect(texts[0]).toBe('first');
  expect(messages).toHaveLength(WRITERS.length * WRITES);
  expect(task?.metadata).toEqual(
    Object.fromEntries(
      WRITERS.flatMap((writer) => names(writer).map((name, index) => [name, index])),
    ),
  );
}

describe('three processes that write one task at once', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedisServer();
  });

  afterAll(async () => {
    await server.stop();
  });

  it('lose nothing, and each keeps its order', async () => {
    const client = await connect(server.url);
    const prefix = newPrefix();
    const store = new RedisTaskStore(client, { prefix });
    await store.save(streamedTask('t', 'first'), CONTEXT);
    expect(await writeAtOnce(server.url, prefix, 'single')).toEqual([0, 0, 0]);
    await expectNothingLost(store);
    await client.close();
  });

  it('lose nothing that was acknowledged when one of them is killed', async () => {
    const client = await connect(server.url);
    const prefix = newPrefix();
    const store = new RedisTaskStore(client, { prefix });
    await store.save(streamedTask('t', 'first'), CONTEXT);

    const acknowledged: string[] = [];
    const victim = await start([server.url, prefix, 't', 'left', '100000', 'single']);
    const survivor = await start([server.url, prefix, 't', 'right', String(WRITES), 'single']);
    const killed = once(victim, 'exit');
    victim.on('message', (name: string) => {
      acknowledged.push(name);
      if (acknowledged.length === 25) victim.kill('SIGKILL');
    });
    const ended = once(survivor, 'exit');
    victim.send('go');
    survivor.send('go');
    await Promise.all([killed, ended]);

    const texts = textsOf(await store.load('t', CONTEXT));
    const stored = only(texts, 'left');
    // The write that was under way when the process died may or may not be there.
    expect(stored.slice(0, acknowledged.length)).toEqual(acknowledged);
    expect(stored).toHaveLength(new Set(stored).size);
    expect(only(texts, 'right')).toEqual(names('right'));
    await client.close();
  });
});

describe('three processes that write one task at once on a cluster', () => {
  it('lose nothing, and each keeps its order', async () => {
    const cluster = await startRedisCluster();
    const [url = ''] = cluster.urls;
    const client = createCluster({ rootNodes: [{ url }] });
    client.on('error', () => undefined);
    await client.connect();
    const prefix = newPrefix();
    const store = new RedisTaskStore(client, { prefix });
    await store.save(streamedTask('t', 'first'), CONTEXT);
    expect(await writeAtOnce(url, prefix, 'cluster')).toEqual([0, 0, 0]);
    await expectNothingLost(store);
    await client.close();
    await cluster.stop();
  });
});
