import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { describeMarkedEvents } from '@a2a-redis-internal/contract';
import {
  contentOf,
  CONTEXT,
  loadTask,
  streamedTask,
  text,
  textsOf,
  watchedClient,
} from '@a2a-redis-internal/contract/redis-task-stores';
import {
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import { AgentEvent, type AgentExecutionEvent, ResultManager } from '@a2a-js/sdk/server';
import { markEvent } from '@a2a-redis/core/kernel';
import { createCluster, type RedisClientType } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { RedisTaskStore } from '../src/index.ts';

let server: RedisServer;
let client: RedisClientType;
let otherClient: RedisClientType;

beforeAll(async () => {
  server = await startRedisServer();
  [client, otherClient] = [await connect(server.url), await connect(server.url)];
});

afterAll(async () => {
  await Promise.all([client.close(), otherClient.close()]);
  await server.stop();
});

for (const cacheMaxBytes of [undefined, 1]) {
  const name = cacheMaxBytes === undefined ? '' : ' without room to remember a task';
  describeMarkedEvents(`RedisTaskStore${name}`, {
    makeStores: async (count, ownerResolver) => {
      const prefix = newPrefix();
      const options = { prefix, ownerResolver, cacheMaxBytes };
      return Array.from(
        { length: count },
        (_, index) => new RedisTaskStore(index % 2 === 0 ? client : otherClient, options),
      );
    },
    mark: markEvent,
  });
}

/** A chunk that is appended to artifact `a` of task `t`. */
function chunk(value: string): AgentExecutionEvent {
  return AgentEvent.artifactUpdate({
    taskId: 't',
    contextId: 'context',
    artifact: {
      artifactId: 'a',
      name: '',
      description: '',
      parts: [text(value)],
      metadata: undefined,
      extensions: [],
    },
    append: true,
    lastChunk: false,
    metadata: undefined,
  });
}

const PUBLISHER = '0123456789abcdef-1';

const marked = (event: AgentExecutionEvent, counter: number): AgentExecutionEvent =>
  markEvent(event, { publisher: PUBLISHER, counter });

async function listen(
  store: RedisTaskStore,
  events: readonly AgentExecutionEvent[],
): Promise<void> {
  const manager = new ResultManager(store, CONTEXT);
  for (const event of events) await manager.processEvent(event);
}

/** The record of task `t`. */
async function recordOf(prefix: string): Promise<Record<string, unknown>> {
  return (await contentOf(client, prefix))[`${prefix}{acme:ann:t}`] ?? {};
}

const sizeOf = (texts: readonly string[]): number =>
  texts.reduce((size, value) => size + value.length, 0);

describe('the record of a task with marked events', () => {
  test('says in one field for each publisher which of its events are applied', async () => {
    const prefix = newPrefix();
    const store = new RedisTaskStore(client, { prefix });
    await listen(store, [AgentEvent.task(streamedTask('t'))]);
    const before = await recordOf(prefix);
    await listen(store, [marked(chunk('one'), 1), marked(chunk('three'), 3)]);
    const record = await recordOf(prefix);
    expect(record).toEqual({
      ...before,
      v: expect.stringMatching(/^\d{16}$/),
      w: expect.stringMatching(/:3$/),
      'n:0': '2',
      'p:0:0': '{"text":"one","mediaType":"text/plain"}',
      'p:0:1': '{"text":"three","mediaType":"text/plain"}',
      [`e:${PUBLISHER}`]: '1,3 [[3,-1,[],[["a",1,0,[]]]]]',
    });
    await listen(new RedisTaskStore(otherClient, { prefix }), [marked(chunk('two'), 2)]);
    expect((await recordOf(prefix))[`e:${PUBLISHER}`]).toBe('1-3');
    expect(textsOf(await loadTask(store, 't'))).toEqual(['one', 'two', 'three']);
  });

  test('is not written when events come again', async () => {
    const prefix = newPrefix();
    const list = [AgentEvent.task(streamedTask('t')), chunk('one'), chunk('two')];
    const events = list.map((event, index) => marked(event, index + 1));
    const store = new RedisTaskStore(client, { prefix });
    await listen(store, events);
    const before = await contentOf(client, prefix);
    await listen(store, events);
    await listen(new RedisTaskStore(otherClient, { prefix }), events);
    expect(await contentOf(client, prefix)).toEqual(before);
  });

  test('grows by a few bytes with a thousand marked events, as does each save', async () => {
    const sent: number[] = [];
    const watched = watchedClient(client, {
      before: ({ args }) => {
        if (args.length > 2) sent.push(sizeOf(args));
      },
    });
    const sizes: number[] = [];
    for (const isMarked of [false, true]) {
      const prefix = newPrefix();
      const store = new RedisTaskStore(watched, { prefix });
      await listen(store, [AgentEvent.task(streamedTask('t'))]);
      const list = Array.from({ length: 1000 }, (_, index) => {
        const event = chunk(`chunk ${String(index).padStart(4, '0')}`);
        return isMarked ? marked(event, index + 1) : event;
      });
      await listen(store, list);
      sizes.push(
        sizeOf(
          Object.entries(await recordOf(prefix))
            .flat()
            .map(String),
        ),
      );
    }
    const [unmarkedSize = 0, markedSize = 0] = sizes;
    expect(markedSize - unmarkedSize).toBe(`e:${PUBLISHER}1-1000`.length);
    // The same saves, first without marks and then with them; the names of writes are of one length.
    const half = sent.length / 2;
    const extra = sent.slice(half).map((size, index) => size - (sent[index] ?? 0));
    expect(Math.max(...extra)).toBe(`e:${PUBLISHER}1-1000`.length);
    expect(Math.max(...extra)).toBeLessThan(60);
  });

  test('is written without the mark of an object that is saved again', async () => {
    const store = new RedisTaskStore(client, { prefix: newPrefix() });
    await store.save(streamedTask('t'), CONTEXT);
    const task = await loadTask(store, 't');
    const event = marked(chunk('one'), 1);
    if (event.kind !== 'artifactUpdate') throw new Error('Another kind of event.');
    task.artifacts[0]?.parts.push(...(event.data.artifact?.parts ?? []));
    await store.save(task, CONTEXT);
    task.artifacts[0]?.parts.push(text('two'));
    await store.save(task, CONTEXT);
    expect(textsOf(await loadTask(store, 't'))).toEqual(['one', 'two']);
    expect(String(await store.appliedEvents('t', CONTEXT))).toBe(`${PUBLISHER}:1`);
  });

  test('takes what else an object brings after its event turned out to be applied', async () => {
    const prefix = newPrefix();
    const [store, other] = [client, otherClient].map(
      (each) => new RedisTaskStore(each, { prefix }),
    );
    if (store === undefined || other === undefined) throw new Error('There is no store.');
    await store.save(streamedTask('t'), CONTEXT);
    const task = await loadTask(store, 't');
    const event = marked(chunk('one'), 1);
    if (event.kind !== 'artifactUpdate') throw new Error('Another kind of event.');
    task.artifacts[0]?.parts.push(...(event.data.artifact?.parts ?? []));
    await listen(other, [event]);
    await store.save(task, CONTEXT);
    task.artifacts[0]?.parts.push(text('two'));
    task.metadata = { also: true };
    await store.save(task, CONTEXT);
    const stored = await loadTask(other, 't');
    expect([textsOf(stored), stored.metadata]).toEqual([['one', 'two'], { also: true }]);
  });

  test('is kept where this process has no room to remember what it loaded', async () => {
    const store = new RedisTaskStore(client, { prefix: newPrefix(), cacheMaxBytes: 1 });
    const events = [AgentEvent.task(streamedTask('t')), chunk('one')].map((event, index) =>
      marked(event, index + 1),
    );
    await listen(store, events);
    // Another object than was loaded, and no event.
    await store.save({ ...(await loadTask(store, 't')), metadata: { a: 1 } }, CONTEXT);
    await listen(store, events);
    const task = await loadTask(store, 't');
    expect([textsOf(task), task.metadata]).toEqual([['one'], { a: 1 }]);
  });

  test('is kept by what changes the task otherwise, and goes with it', async () => {
    const store = new RedisTaskStore(client, { prefix: newPrefix() });
    await listen(store, [marked(AgentEvent.task(streamedTask('t', 'one')), 1)]);
    await store.updateTask('t', CONTEXT, (task) => void (task.metadata = { a: 1 }));
    expect(String(await store.appliedEvents('t', CONTEXT))).toBe(`${PUBLISHER}:1`);
    await store.delete('t', CONTEXT);
    expect(await store.appliedEvents('t', CONTEXT)).toBeUndefined();
    await store.save(streamedTask('t'), CONTEXT);
    expect(String(await store.appliedEvents('t', CONTEXT))).toBe('');
  });
});

test('loads and questions in one synchronous run take one call, and each load its own copy', async () => {
  const calls: unknown[] = [];
  const watched = watchedClient(client, { before: (call) => void calls.push(call) });
  const store = new RedisTaskStore(watched, { prefix: newPrefix() });
  await listen(store, [marked(AgentEvent.task(streamedTask('t', 'one')), 1)]);
  calls.length = 0;
  const [first, applied, second] = await Promise.all([
    store.load('t', CONTEXT),
    store.appliedEvents('t', CONTEXT),
    store.load('t', CONTEXT),
  ]);
  expect(calls).toHaveLength(1);
  expect(String(applied)).toBe(`${PUBLISHER}:1`);
  first?.artifacts[0]?.parts.pop();
  expect(textsOf(second)).toEqual(['one']);
});

test('on a cluster, marked events of two listeners are applied once', async () => {
  await using cluster = await startRedisCluster();
  const rootNodes = cluster.urls.map((url) => ({ url }));
  const clients = [createCluster({ rootNodes }), createCluster({ rootNodes })];
  await Promise.all(clients.map(async (each) => each.connect()));
  try {
    const prefix = newPrefix();
    const stores = clients.map((each) => new RedisTaskStore(each, { prefix }));
    const list = [AgentEvent.task(streamedTask('t')), ...['one', 'two', 'three'].map(chunk)];
    const events = list.map((event, index) => marked(event, index + 1));
    await Promise.all(stores.map(async (store) => listen(store, events)));
    for (const store of stores) {
      expect(textsOf(await loadTask(store, 't'))).toEqual(['one', 'two', 'three']);
    }
  } finally {
    await Promise.all(clients.map(async (each) => each.close()));
  }
});
