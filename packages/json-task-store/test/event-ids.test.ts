import {
  chunk,
  CONTEXT,
  documentAt,
  listen,
  loadTask,
  identified,
  PUBLISHER,
  recordedStore,
  streamedTask,
  textsOf,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { AgentEvent } from '@a2a-js/sdk/server';
import type { RedisClientType } from 'redis';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { jsonRecordFormat } from '../src/json-record-format.ts';
import { RedisJSONTaskStore } from '../src/index.ts';
import { describeWithJson } from './servers.ts';
import { SUBJECT } from './subject.ts';

describeWithJson('the document of a task with identified events', (server) => {
  let otherClient: RedisClientType;

  beforeAll(async () => {
    otherClient = await connect(server.url);
  });

  afterAll(async () => {
    await otherClient.close();
  });

  /** The document of task `t`, and the store's own member of it. */
  async function recordOf(
    prefix: string,
  ): Promise<{ document: Record<string, unknown>; own: Record<string, unknown> }> {
    const document = await documentAt(server.client, `${prefix}{acme:ann:t}`);
    return { document, own: document['_store'] as Record<string, unknown> };
  }

  test('one member for each publisher says which of its events are applied', async () => {
    const prefix = newPrefix();
    const store = new RedisJSONTaskStore(server.client, { prefix });
    await listen(store, [AgentEvent.task(streamedTask('t'))]);
    const before = await recordOf(prefix);
    expect(before.own).not.toHaveProperty('events');
    await listen(store, [
      identified(chunk('one'), 1),
      identified(chunk('three'), 3),
      identified(chunk('other'), 1, '__proto__'),
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
    await listen(new RedisJSONTaskStore(otherClient, { prefix }), [identified(chunk('two'), 2)]);
    expect((await recordOf(prefix)).own['events']).toHaveProperty(PUBLISHER, '1-3');
    expect(textsOf(await loadTask(store, 't'))).toEqual(['one', 'two', 'three', 'other']);
  });

  test('a save of a chunk sends the events of its publisher, and no other', async () => {
    const prefix = newPrefix();
    const { store, calls } = recordedStore(SUBJECT, server.client, { prefix });
    await listen(store, [
      identified(AgentEvent.task(streamedTask('t')), 1, 'other'),
      identified(chunk('one'), 1),
    ]);
    calls.length = 0;
    await listen(store, [identified(chunk('two'), 2)]);
    const saves = calls.filter(({ args }) => args.length > 2);
    expect(saves.map(({ args }) => args.slice(3))).toEqual([
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
    const { store, calls } = recordedStore(SUBJECT, server.client, { prefix });
    await listen(store, [identified(AgentEvent.task(streamedTask('t', 'one')), 1)]);
    const saves = calls.filter(({ args }) => args.length > 2);
    expect(saves.map(({ args }) => args[3])).toContain('1');
    expect((await recordOf(prefix)).own['events']).toEqual({ [PUBLISHER]: '1' });
    // A task that this process neither loaded nor saved overwrites the set, too.
    await new RedisJSONTaskStore(otherClient, { prefix }).save(streamedTask('t'), CONTEXT);
    expect((await recordOf(prefix)).own).not.toHaveProperty('events');
    expect(String(await store.appliedEvents('t', CONTEXT))).toBe('');
  });

  test('they are kept by an update by path, too, and go with the task', async () => {
    const prefix = newPrefix();
    const store = new RedisJSONTaskStore(server.client, { prefix });
    const other = new RedisJSONTaskStore(otherClient, { prefix });
    await listen(store, [identified(AgentEvent.task(streamedTask('t', 'one')), 1)]);
    await store.updateTask('t', CONTEXT, (task) => void (task.metadata = { a: 1 }));
    await other.updatePath('t', '$.metadata.b', CONTEXT, () => 2);
    for (const each of [store, other]) {
      expect(String(await each.appliedEvents('t', CONTEXT))).toBe(`${PUBLISHER}:1`);
    }
    await listen(store, [identified(AgentEvent.task(streamedTask('t', 'one')), 1)]);
    expect((await loadTask(other, 't')).metadata).toEqual({ a: 1, b: 2 });
    await store.delete('t', CONTEXT);
    expect(await store.appliedEvents('t', CONTEXT)).toBeUndefined();
    await store.save(streamedTask('t'), CONTEXT);
    expect(String(await store.appliedEvents('t', CONTEXT))).toBe('');
  });

  test('a read without artifacts brings the events, too', async () => {
    const prefix = newPrefix();
    const store = new RedisJSONTaskStore(server.client, { prefix });
    await listen(store, [identified(AgentEvent.task(streamedTask('t', 'one')), 1)]);
    const key = `${prefix}{acme:ann:t}`;
    const { readScript } = jsonRecordFormat;
    for (const [without, parts] of [
      [[], [['one']]],
      [['partial'], []],
    ] as const) {
      const reply = await server.client.eval(readScript.source, {
        keys: [key],
        arguments: ['', ...without],
      });
      const [, content] = reply as unknown as [string, string[]];
      const { snapshot, writes } = jsonRecordFormat.decode(key, 't', content, without.length === 0);
      expect(String(snapshot.events?.applied)).toBe(`${PUBLISHER}:1`);
      expect(writes).toMatch(/:1$/);
      const texts = snapshot.artifacts.map((artifact) =>
        artifact.parts.toArray().map(({ content: value }) => value?.value),
      );
      expect(texts).toEqual(parts);
    }
  });
});
