import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { connect } from '@a2a-redis-internal/redis-clients';
import {
  append,
  contentOf,
  CONTEXT,
  streamedTask,
  type WatchedCall,
  watchedClient,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { statusAt, taskOf } from '@a2a-redis-internal/contract/task-fixtures';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { TaskState } from '@a2a-js/sdk';
import { ServerCallContext } from '@a2a-js/sdk/server';
import type { RedisClientType } from 'redis';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import type { RedisTaskStore, RedisTaskStoreOptions } from '../src/index.ts';
import { membersOf, SCOPE, SweptPrefix } from './swept-prefix.ts';

const COMPLETED = statusAt(1, TaskState.TASK_STATE_COMPLETED);

let server: RedisServer;
let client: RedisClientType;
let swept: SweptPrefix;
let failures: unknown[];

beforeAll(async () => {
  server = await startRedisServer();
  client = await connect(server.url);
  subscribe('a2a-redis:task-store', noteFailure);
});

afterAll(async () => {
  unsubscribe('a2a-redis:task-store', noteFailure);
  await client.close();
  await server.stop();
});

beforeEach(() => {
  swept = new SweptPrefix(client);
  failures = [];
});

function noteFailure(event: unknown): void {
  const { type, error } = event as { type: string; error?: unknown };
  if (type === 'background-error') failures.push(error);
}

/** A store, and its calls that reach more than one scope: notes have a scope in front. */
function watchedStore(options?: RedisTaskStoreOptions): {
  store: RedisTaskStore;
  calls: WatchedCall[];
  notes: () => string[];
} {
  const calls: WatchedCall[] = [];
  const watched = watchedClient(client, { before: (call) => void calls.push(call) });
  const notes = (): string[] =>
    calls
      .filter(({ keys, args: [first = ''] }) => keys[0] === swept.due && first.startsWith('['))
      .map(({ args: [scope = ''] }) => scope);
  return { store: swept.store(options, watched), calls, notes };
}

describe('a scope is noted', () => {
  test('by when its first task expires, whichever process says so, and kept for minutes', async () => {
    const before = Date.now();
    await swept.store({ ttlSeconds: 1000 }).save(taskOf('a'), CONTEXT);
    await swept.store({ ttlSeconds: 500 }).save(taskOf('b'), CONTEXT);
    await swept.store({ ttlSeconds: 2000 }).save(taskOf('c'), CONTEXT);
    const expiry = async (): Promise<Record<string, unknown>> =>
      (await contentOf(client, swept.prefix))[swept.index('expiry')] ?? {};
    const { b } = await expiry();
    await vi.waitFor(async () => expect(await client.zScore(swept.due, SCOPE)).toBe(b));
    const keptUntil = Number(await client.hGet(swept.noted, SCOPE));
    expect(keptUntil >= before + 180_000 && keptUntil <= Date.now() + 181_000).toBe(true);
  });

  test('once by a process that saves many tasks, and once more for another scope', async () => {
    const { store, notes } = watchedStore();
    for (let number = 0; number < 30; number += 1) await store.save(taskOf(`${number}`), CONTEXT);
    await store.updateTask('0', CONTEXT, (task) => void (task.status = COMPLETED));
    await store.save(taskOf('t'), new ServerCallContext({ tenant: 'acme' }));
    expect(notes()).toEqual([SCOPE, '["acme","unknown"]']);
  });

  test('not by a chunk, which stays one call', async () => {
    const { store, calls } = watchedStore();
    await store.save(streamedTask('t'), CONTEXT);
    await vi.waitUntil(async () => client.hExists(swept.noted, SCOPE));
    calls.length = 0;
    await append(store, ['one', 'two']);
    expect(calls.map(({ keys }) => keys)).toEqual(
      Array.from({ length: 4 }, () => [swept.record('t')]),
    );
  });

  test("not by a task that does not expire yet: ttlAppliesTo 'terminal'", async () => {
    const { store, notes } = watchedStore({ ttlAppliesTo: 'terminal' });
    await store.save(taskOf('t'), CONTEXT);
    expect(notes()).toEqual([]);
    await store.updateTask('t', CONTEXT, (task) => void (task.status = COMPLETED));
    expect(notes()).toEqual([SCOPE]);
  });

  test('not by a store without ttlSeconds, which leaves an expiry as it is', async () => {
    await swept.store().save(taskOf('t'), CONTEXT);
    const expiresAt = await client.zScore(swept.index('expiry'), 't');
    const { store, calls } = watchedStore({ ttlSeconds: undefined });
    await store.save(taskOf('t', { status: COMPLETED }), CONTEXT);
    expect(calls.map(({ keys }) => keys[0])).toEqual([swept.record('t'), swept.index('rows')]);
    expect(await client.zScore(swept.index('expiry'), 't')).toBe(expiresAt);
  });
});

describe('a note', () => {
  test('outlasts a sweep that finds nothing, for the saves that rely on it', async () => {
    const store = swept.store();
    await store.save(taskOf('t'), CONTEXT);
    await vi.waitUntil(async () => client.hExists(swept.noted, SCOPE));
    await store.delete('t', CONTEXT);
    await client.zAdd(swept.due, { value: SCOPE, score: 1 });
    const keptUntil = Number(await client.hGet(swept.noted, SCOPE));
    await swept.sweep();
    expect(await client.zScore(swept.due, SCOPE)).toBe(keptUntil);

    await swept.timePasses([]);
    await swept.sweep();
    expect(membersOf(await contentOf(client, swept.prefix))).toEqual(swept.sweptKeys);
  });

  // One before the claim of the sweep runs out, one after that.
  test.each([100, 400])('for %i s, while a sweep looks, is not lost', async (ttlSeconds) => {
    await swept.store().save(taskOf('gone'), CONTEXT);
    await swept.store().save(taskOf('later'), CONTEXT);
    await swept.timePasses(['gone']);
    let noted = 0;
    await swept.sweep({
      before: async ({ keys, args }) => {
        // The sweep is about to say when the next task expires.
        if (keys[0] !== swept.due || args.length !== 4 || noted > 0) return;
        noted += 1;
        await swept.store({ ttlSeconds }).save(taskOf('soon'), CONTEXT);
        await vi.waitUntil(async () => (await client.hGet(swept.noted, SCOPE)) !== '1');
      },
    });
    expect(noted).toBe(1);
    const soon = Number(await client.zScore(swept.index('expiry'), 'soon'));
    const lookAt = Number(await client.zScore(swept.due, SCOPE));
    expect(lookAt > Date.now() && lookAt <= soon).toBe(true);
  });
});

describe('what fails in the background', () => {
  test('is reported, fails no save, and is tried again', async () => {
    await client.set(swept.due, 'mine');
    const store = swept.store();
    await store.save(taskOf('t'), CONTEXT);
    await vi.waitUntil(() => failures.length === 2);
    expect(failures).toMatchObject([
      { code: 'COMMAND_FAILED', detail: expect.stringContaining('note-scope') },
      { code: 'COMMAND_FAILED', detail: expect.stringContaining('claim-scopes') },
    ]);
    await client.del(swept.due);
    await store.save(taskOf('u'), CONTEXT);
    await vi.waitUntil(async () => client.hExists(swept.noted, SCOPE));
    expect(failures).toHaveLength(2);
  });

  test('on one scope does not keep the others from being swept', async () => {
    await swept.store().save(taskOf('t'), CONTEXT);
    await swept.timePasses(['t']);
    await client.set(`${swept.prefix}{:mine}:expiry`, 'mine');
    await client.zAdd(swept.due, [
      { value: 'no scope', score: -1 },
      { value: '["","mine"]', score: 0 },
    ]);
    await swept.sweep();
    expect(failures).toMatchObject([
      { code: 'CORRUPT_RECORD', detail: expect.stringContaining('"no scope": not a scope') },
      { code: 'COMMAND_FAILED', detail: expect.stringContaining('list-due') },
    ]);
    expect(membersOf(await contentOf(client, swept.prefix))).toEqual({
      ...swept.sweptKeys,
      [swept.due]: ['["","mine"]', 'no scope'],
      [`${swept.prefix}{:mine}:expiry`]: ['type'],
    });
  });

  test('because the client is closed ends without an unhandled rejection', async () => {
    const own = await connect(server.url);
    const store = swept.store({}, own);
    const saving = store.save(taskOf('t'), CONTEXT);
    own.destroy();
    await expect(saving).rejects.toMatchObject({ code: expect.any(String) });
    await vi.waitUntil(() => failures.length === 2);
    expect(failures).toMatchObject([{ name: 'A2ARedisError' }, { name: 'A2ARedisError' }]);
  });
});
