import { describeMarkedEvents } from '@a2a-redis-internal/contract';
import {
  contentOf,
  CONTEXT,
  documentAt,
  loadTask,
  streamedTask,
  text,
  textsOf,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { AgentEvent, type AgentExecutionEvent, ResultManager } from '@a2a-js/sdk/server';
import { markEvent, type RedisScriptClient } from '@a2a-redis/core/kernel';
import { createCluster, type RedisClientType } from 'redis';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { jsonRecordFormat } from '../src/json-record-format.ts';
import { RedisJSONTaskStore } from '../src/index.ts';
import { describeWithJson, describeWithJsonCluster } from './servers.ts';

/** A chunk that is appended to an artifact of task `t`. */
function chunk(value: string, artifactId = 'a'): AgentExecutionEvent {
  return AgentEvent.artifactUpdate({
    taskId: 't',
    contextId: 'context',
    artifact: {
      artifactId,
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

const marked = (
  event: AgentExecutionEvent,
  counter: number,
  publisher = PUBLISHER,
): AgentExecutionEvent => markEvent(event, { publisher, counter });

async function listen(
  store: RedisJSONTaskStore,
  events: readonly AgentExecutionEvent[],
): Promise<void> {
  const manager = new ResultManager(store, CONTEXT);
  for (const event of events) await manager.processEvent(event);
}

describeWithJson('marked events', (server) => {
  let otherClient: RedisClientType;

  beforeAll(async () => {
    otherClient = await connect(server.url);
  });

  afterAll(async () => {
    await otherClient.close();
  });

  for (const cacheMaxBytes of [undefined, 1]) {
    const name = cacheMaxBytes === undefined ? '' : ' without room to remember a task';
    describeMarkedEvents(`RedisJSONTaskStore${name}`, {
      makeStores: async (count, ownerResolver) => {
        const options = { prefix: newPrefix(), ownerResolver, cacheMaxBytes };
        return Array.from(
          { length: count },
          (_, index) =>
            new RedisJSONTaskStore(index % 2 === 0 ? server.client : otherClient, options),
        );
      },
      mark: markEvent,
    });
  }

  /** The document of task `t`, and the store's own member of it. */
  async function recordOf(
    prefix: string,
  ): Promise<{ document: Record<string, unknown>; own: Record<string, unknown> }> {
    const document = await documentAt(server.client, `${prefix}{acme:ann:t}`);
    return { document, own: document['_store'] as Record<string, unknown> };
  }

  /** A store on the real client, and the arguments of the calls that it made. */
  function recordedStore(prefix: string): { store: RedisJSONTaskStore; calls: string[][] } {
    const calls: string[][] = [];
    const recording: RedisScriptClient = {
      evalSha: async (sha1, call) => {
        calls.push([...(call?.arguments ?? [])]);
        return server.client.evalSha(sha1, call);
      },
      eval: async (script, call) => server.client.eval(script, call),
    };
    return { store: new RedisJSONTaskStore(recording, { prefix }), calls };
  }

  test('one member for each publisher says which of its events are applied', async () => {
    const prefix = newPrefix();
    const store = new RedisJSONTaskStore(server.client, { prefix });
    await listen(store, [AgentEvent.task(streamedTask('t'))]);
    const before = await recordOf(prefix);
    expect(before.own).not.toHaveProperty('events');
    await listen(store, [
      marked(chunk('one'), 1),
      marked(chunk('three'), 3),
      marked(chunk('other'), 1, '__proto__'),
    ]);
    const part = (value: string): object => ({ text: value, mediaType: 'text/plain' });
    const { document, own } = await recordOf(prefix);
    expect(document).toEqual({
      ...before.document,
      artifacts: [
        {
          artifactId: 'a',
          name: 'answer',
          parts: [part('one'), part('three'), part('other')],
        },
      ],
      _store: {
        ...before.own,
        version: expect.stringMatching(/^\d{16}$/),
        writes: expect.stringMatching(/:4$/),
        events: expect.any(Object),
      },
    });
    expect(Object.entries(own['events'] ?? {})).toEqual([
      [PUBLISHER, '1,3 [[3,-1,[],[["a",1,0,[]]]]]'],
      ['__proto__', '1'],
    ]);
    await listen(new RedisJSONTaskStore(otherClient, { prefix }), [marked(chunk('two'), 2)]);
    expect((await recordOf(prefix)).own['events']).toHaveProperty(PUBLISHER, '1-3');
    expect(textsOf(await loadTask(store, 't'))).toEqual(['one', 'two', 'three', 'other']);
  });

  test('a save of a chunk sends the events of its publisher, and no other', async () => {
    const prefix = newPrefix();
    const { store, calls } = recordedStore(prefix);
    await listen(store, [
      marked(AgentEvent.task(streamedTask('t')), 1, 'other'),
      marked(chunk('one'), 1),
    ]);
    calls.length = 0;
    await listen(store, [marked(chunk('two'), 2)]);
    const saves = calls.filter(({ length }) => length > 2);
    expect(saves.map((args) => args.slice(3))).toEqual([
      [
        '0',
        '',
        ...'1 13 $.artifacts[0].parts 1 JSON.ARRAPPEND 2 $.artifacts[0].parts'.split(' '),
        '{"text":"two","mediaType":"text/plain"}',
        ...'JSON.SET 3 $._store.events {} NX'.split(' '),
        ...`JSON.SET 2 $._store.events["${PUBLISHER}"] "1-2"`.split(' '),
      ],
    ]);
  });

  test('a task that is written anew comes with its events', async () => {
    const prefix = newPrefix();
    const { store, calls } = recordedStore(prefix);
    await listen(store, [marked(AgentEvent.task(streamedTask('t', 'one')), 1)]);
    expect(calls.filter(({ length }) => length > 2).map((args) => args[3])).toContain('1');
    expect((await recordOf(prefix)).own['events']).toEqual({ [PUBLISHER]: '1' });
    // A task that this process neither loaded nor saved overwrites the set, too.
    await new RedisJSONTaskStore(otherClient, { prefix }).save(streamedTask('t'), CONTEXT);
    expect((await recordOf(prefix)).own).not.toHaveProperty('events');
    expect(String(await store.appliedEvents('t', CONTEXT))).toBe('');
  });

  test('events that come again are not written', async () => {
    const prefix = newPrefix();
    const list = [AgentEvent.task(streamedTask('t')), chunk('one'), chunk('two')];
    const events = list.map((event, index) => marked(event, index + 1));
    const store = new RedisJSONTaskStore(server.client, { prefix });
    await listen(store, events);
    const before = await contentOf(server.client, prefix);
    await listen(store, events);
    await listen(new RedisJSONTaskStore(otherClient, { prefix }), events);
    expect(await contentOf(server.client, prefix)).toEqual(before);
  });

  test('they are kept by what changes the task otherwise, and go with it', async () => {
    const prefix = newPrefix();
    const store = new RedisJSONTaskStore(server.client, { prefix });
    const other = new RedisJSONTaskStore(otherClient, { prefix });
    await listen(store, [marked(AgentEvent.task(streamedTask('t', 'one')), 1)]);
    await store.updateTask('t', CONTEXT, (task) => void (task.metadata = { a: 1 }));
    await other.updatePath('t', '$.metadata.b', CONTEXT, () => 2);
    for (const each of [store, other]) {
      expect(String(await each.appliedEvents('t', CONTEXT))).toBe(`${PUBLISHER}:1`);
    }
    await listen(store, [marked(AgentEvent.task(streamedTask('t', 'one')), 1)]);
    expect((await loadTask(other, 't')).metadata).toEqual({ a: 1, b: 2 });
    await store.delete('t', CONTEXT);
    expect(await store.appliedEvents('t', CONTEXT)).toBeUndefined();
    await store.save(streamedTask('t'), CONTEXT);
    expect(String(await store.appliedEvents('t', CONTEXT))).toBe('');
  });

  test.each(['a"b\\', '\uFFFF', 'x\uFFFF0041', '\u0000é🦀', '$..*[?(@)]'])(
    'events out of order are told apart by an artifact of any id: %j',
    async (artifactId) => {
      const prefix = newPrefix();
      const store = new RedisJSONTaskStore(server.client, { prefix });
      const other = new RedisJSONTaskStore(otherClient, { prefix });
      await listen(store, [AgentEvent.task(streamedTask('t'))]);
      await listen(store, [
        marked(chunk('one', artifactId), 1),
        marked(chunk('three', artifactId), 3),
      ]);
      await listen(other, [marked(chunk('two', artifactId), 2)]);
      const artifact = (await loadTask(store, 't')).artifacts.at(-1);
      expect(artifact?.artifactId).toBe(artifactId);
      expect(artifact?.parts).toEqual(['one', 'two', 'three'].map(text));
    },
  );

  test('a read without artifacts brings the events, too', async () => {
    const prefix = newPrefix();
    const store = new RedisJSONTaskStore(server.client, { prefix });
    await listen(store, [marked(AgentEvent.task(streamedTask('t', 'one')), 1)]);
    const key = `${prefix}{acme:ann:t}`;
    const { readScript } = jsonRecordFormat;
    for (const [without, parts] of [
      ['0', [['one']]],
      ['1', []],
    ] as const) {
      const reply = await server.client.eval(readScript.source, {
        keys: [key],
        arguments: ['', without],
      });
      const [, content] = reply as unknown as [string, string[]];
      const { snapshot, writes } = jsonRecordFormat.decode(key, 't', content, without === '0');
      expect(String(snapshot.events?.applied)).toBe(`${PUBLISHER}:1`);
      expect(writes).toMatch(/:1$/);
      const texts = snapshot.artifacts.map((artifact) =>
        artifact.parts.toArray().map(({ content: value }) => value?.value),
      );
      expect(texts).toEqual(parts);
    }
  });
});

describeWithJsonCluster('marked events on a cluster', (url) => {
  test('those of two listeners are applied once', async () => {
    const rootNodes = [{ url }];
    const clients = [createCluster({ rootNodes }), createCluster({ rootNodes })];
    await Promise.all(clients.map(async (each) => each.connect()));
    try {
      const prefix = newPrefix();
      const stores = clients.map((each) => new RedisJSONTaskStore(each, { prefix }));
      const list = [
        AgentEvent.task(streamedTask('t')),
        ...['one', 'two', 'three'].map((value) => chunk(value)),
      ];
      const events = list.map((event, index) => marked(event, index + 1));
      await Promise.all(stores.map(async (store) => listen(store, events)));
      for (const store of stores) {
        expect(textsOf(await loadTask(store, 't'))).toEqual(['one', 'two', 'three']);
      }
    } finally {
      await Promise.all(clients.map(async (each) => each.close()));
    }
  });
});
