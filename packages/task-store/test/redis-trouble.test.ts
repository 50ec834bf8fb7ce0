import {
  append,
  CONTEXT,
  streamedTask,
  text,
  textsOf,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { connect, CuttingProxy, newPrefix } from '@a2a-redis-internal/redis-clients';
import { setTimeout as sleep } from 'node:timers/promises';

import { type Task, TaskState } from '@a2a-js/sdk';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { RedisTaskStore } from '../src/index.ts';

const chunks = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `chunk ${index}`);

describe('a reply that is lost after the write was applied', () => {
  let server: RedisServer;

  beforeEach(async () => {
    server = await startRedisServer();
  });

  afterEach(async () => {
    await server.stop();
  });

  it('is asked for again, and nothing is written twice', async () => {
    await using proxy = await CuttingProxy.start(server.url);
    const client = await connect(proxy.url);
    const store = new RedisTaskStore(client, { prefix: newPrefix() });
    await store.save(streamedTask('t'), CONTEXT);
    for (const value of chunks(10)) {
      const task = await store.load('t', CONTEXT);
      task?.artifacts[0]?.parts.push(text(value));
      proxy.loseNextReplies(1);
      if (task) await store.save(task, CONTEXT);
    }
    expect(proxy.lost).toBe(10);
    expect(textsOf(await store.load('t', CONTEXT))).toEqual(chunks(10));
    client.destroy();
  });

  it('does not hide what another writer stored before it was asked for again', async () => {
    await using proxy = await CuttingProxy.start(server.url);
    const client = await connect(proxy.url);
    const direct = await connect(server.url);
    const prefix = newPrefix();
    const store = new RedisTaskStore(client, { prefix });
    const other = new RedisTaskStore(direct, { prefix });
    await store.save(streamedTask('t'), CONTEXT);
    const task = await store.load('t', CONTEXT);
    task?.artifacts[0]?.parts.push(text('mine'));
    proxy.loseNextReplies(1);
    const saving = task && store.save(task, CONTEXT);
    while (proxy.lost === 0) await sleep(1);
    await append(other, ['theirs']);
    await saving;
    expect(textsOf(await store.load('t', CONTEXT))).toEqual(['mine', 'theirs']);
    // The object goes on from what it holds itself.
    task?.artifacts[0]?.parts.push(text('mine again'));
    if (task) await store.save(task, CONTEXT);
    expect(textsOf(await other.load('t', CONTEXT))).toEqual(['mine', 'theirs', 'mine again']);
    client.destroy();
    direct.destroy();
  });

  it('does not hide it from the next save of another object either', async () => {
    await using proxy = await CuttingProxy.start(server.url);
    const client = await connect(proxy.url);
    const direct = await connect(server.url);
    const prefix = newPrefix();
    const store = new RedisTaskStore(client, { prefix });
    const other = new RedisTaskStore(direct, { prefix });
    await store.save(streamedTask('t'), CONTEXT);
    await store.load('t', CONTEXT);
    proxy.loseNextReplies(1);
    const saving = store.save(streamedTask('t', 'mine'), CONTEXT);
    while (proxy.lost === 0) await sleep(1);
    await append(other, ['theirs']);
    await saving;
    await store.save(streamedTask('t', 'mine', 'mine again'), CONTEXT);
    expect(textsOf(await other.load('t', CONTEXT))).toEqual(['mine', 'theirs', 'mine again']);
    client.destroy();
    direct.destroy();
  });

  it('of the first save of a task leaves one task, in the index too', async () => {
    await using proxy = await CuttingProxy.start(server.url);
    const client = await connect(proxy.url);
    const store = new RedisTaskStore(client, { prefix: newPrefix() });
    await store.taskExists('t', CONTEXT);
    proxy.loseNextReplies(2);
    await store.save(streamedTask('t', 'only'), CONTEXT);
    expect(proxy.lost).toBe(2);
    const list = await store.list(
      { ...everything, status: TaskState.TASK_STATE_WORKING, includeArtifacts: true },
      CONTEXT,
    );
    expect(list.totalSize).toBe(1);
    expect(list.tasks.map(textsOf)).toEqual([['only']]);
    client.destroy();
  });
});

describe('a write that got no reply in time, and was applied later', () => {
  let server: RedisServer;
  let client: Awaited<ReturnType<typeof connect>>;
  let store: RedisTaskStore;
  let loaded: Task;

  // The server sleeps until the deadline of a save has passed, then finds the save in its socket.
  beforeEach(async () => {
    server = await startRedisServer({ processControl: true });
    client = await connect(server.url);
    store = new RedisTaskStore(client, { prefix: newPrefix(), deadlineMs: 200 });
    await store.save(streamedTask('t', 'first'), CONTEXT);
    loaded = (await store.load('t', CONTEXT)) ?? streamedTask('missing');
  });

  afterEach(async () => {
    client.destroy();
    await server.stop();
  });

  async function saveInVain(task: Task): Promise<void> {
    server.pause();
    await expect(store.save(task, CONTEXT)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    server.resume();
  }

  it('is not applied again when the object is saved again', async () => {
    loaded.artifacts[0]?.parts.push(text('second'));
    await saveInVain(loaded);
    loaded.artifacts[0]?.parts.push(text('third'));
    await store.save(loaded, CONTEXT);
    expect(textsOf(await store.load('t', CONTEXT))).toEqual(['first', 'second', 'third']);
  });

  it('is not applied again after it was seen by a load', async () => {
    loaded.artifacts[0]?.parts.push(text('second'));
    await saveInVain(loaded);
    await append(store, ['by another object']);
    loaded.artifacts[0]?.parts.push(text('third'));
    await store.save(loaded, CONTEXT);
    expect(textsOf(await store.load('t', CONTEXT))).toEqual([
      'first',
      'second',
      'by another object',
      'third',
    ]);
  });

  it('is not applied again when a copy of the task was saved, and is saved again', async () => {
    const copy = structuredClone(loaded);
    copy.artifacts[0]?.parts.push(text('second'));
    await saveInVain(copy);
    copy.artifacts[0]?.parts.push(text('third'));
    await store.save(copy, CONTEXT);
    expect(textsOf(await store.load('t', CONTEXT))).toEqual(['first', 'second', 'third']);
  });

  it('is waited for once by saves of one task, not once by each', async () => {
    server.pause();
    const saves = Array.from({ length: 6 }, async (_, index) =>
      store.save(streamedTask('t', String(index)), CONTEXT),
    );
    const outcomes = await Promise.allSettled(saves);
    server.resume();
    const errors: unknown[] = outcomes.map((each) =>
      each.status === 'rejected' ? each.reason : each,
    );
    expect(errors[0]).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    // Not begun in time, or not ended: not one deadline of a script after another.
    const message: unknown = expect.stringMatching(/^(?:Earlier writes of record|Saving task) /);
    const late = { code: 'DEADLINE_EXCEEDED', message };
    expect(errors.slice(1)).toMatchObject(Array.from({ length: 5 }, () => late));
  });
});

describe('a server that goes away in the middle of a stream', () => {
  it('and comes back has every chunk once, in order', async () => {
    await using server = await startRedisServer({ persistence: true });
    const client = await connect(server.url);
    const store = new RedisTaskStore(client, { prefix: newPrefix() });
    await store.save(streamedTask('t'), CONTEXT);
    const streaming = append(store, chunks(150));
    for (let restart = 0; restart < 2; restart += 1) {
      await sleep(20);
      await server.kill();
      await server.restart();
    }
    await streaming;
    expect(textsOf(await store.load('t', CONTEXT))).toEqual(chunks(150));
    client.destroy();
  });

  it('for longer than the deadline fails the call with a typed error, and the next one works', async () => {
    await using server = await startRedisServer({ persistence: true });
    const client = await connect(server.url);
    const store = new RedisTaskStore(client, { prefix: newPrefix(), deadlineMs: 300 });
    await store.save(streamedTask('t', 'first'), CONTEXT);
    const task = (await store.load('t', CONTEXT)) ?? streamedTask('missing');
    task.artifacts[0]?.parts.push(text('second'));
    await server.kill();
    const late = { name: 'A2ARedisError', code: 'DEADLINE_EXCEEDED' };
    await expect(store.load('t', CONTEXT)).rejects.toMatchObject(late);
    await expect(store.save(task, CONTEXT)).rejects.toMatchObject(late);
    await server.restart();
    while (!client.isReady) await sleep(5);
    await store.save(task, CONTEXT);
    expect(textsOf(await store.load('t', CONTEXT))).toEqual(['first', 'second']);
    client.destroy();
  });

  it('forgets its scripts without anybody noticing', async () => {
    await using server = await startRedisServer();
    const client = await connect(server.url);
    const store = new RedisTaskStore(client, { prefix: newPrefix() });
    await store.save(streamedTask('t'), CONTEXT);
    await append(store, ['one']);
    await client.scriptFlush();
    await append(store, ['two']);
    expect(textsOf(await store.load('t', CONTEXT))).toEqual(['one', 'two']);
    client.destroy();
  });
});

const everything = {
  tenant: '',
  contextId: '',
  status: TaskState.TASK_STATE_UNSPECIFIED,
  pageToken: '',
  statusTimestampAfter: undefined,
};
