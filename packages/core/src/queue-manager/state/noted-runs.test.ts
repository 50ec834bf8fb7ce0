import { randomUUID } from 'node:crypto';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { RedisClient } from '../../client/client-types.ts';
import { createRedisClient } from '../../client/create-redis-client.ts';
import { knownRoute } from '../../layout/publish-route.ts';
import { ScriptRunner } from '../../redis/script-runner.ts';
import { QueueKeys, type TaskAddress } from './queue-keys.ts';
import { RedisTaskStates } from './task-state.ts';

const RETENTION_SECONDS = 1000;

let server: RedisServer;
let client: RedisClient;

beforeAll(async () => {
  server = await startRedisServer();
  client = await createRedisClient({ url: server.url });
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

/** The states of a prefix of its own, and one of its tasks. */
function open(): { states: RedisTaskStates; keys: QueueKeys; task: TaskAddress } {
  const keys = new QueueKeys(`${randomUUID()}:`);
  const route = knownRoute('PUBLISH');
  const states = new RedisTaskStates(new ScriptRunner(client), keys, route, RETENTION_SECONDS);
  return { states, keys, task: keys.task({ tenant: 't', owner: 'o' }, 'task') };
}

describe('note-run', () => {
  it('notes what is needed to end the run, for as long as a state stays', async () => {
    const { states, keys, task } = open();
    expect(await states.note(task, 'r-1', 'context')).toBe(true);
    expect(await states.note(task, 'r-1', 'context')).toBe(true);
    expect(await states.of('r')).toEqual(new Map([['r-1', { task, contextId: 'context' }]]));
    expect(await client.ttl(keys.runs('r'))).toBe(RETENTION_SECONDS);
    expect(await states.forget('r-1')).toBe(true);
    expect(await states.forget('r-1')).toBe(false);
    expect(await client.exists(keys.runs('r'))).toBe(0);
  });

  it('leaves out nothing that it cannot read: it may be a run of its replica', async () => {
    const { states, keys } = open();
    await client.hSet(keys.runs('r'), { 'r-1': 'nonsense', 'r-2': '{"tenant":1}' });
    const runs = new Map([
      ['r-1', undefined],
      ['r-2', undefined],
    ]);
    expect(await states.of('r')).toEqual(runs);
  });
});

describe('a list of runs', () => {
  it('is read as a whole, some at once, and tells what can be no run of its replica', async () => {
    const { states, keys, task } = open();
    const names = Array.from({ length: 1000 }, (_, index) => `r-${index.toString(36)}`);
    for (const name of names) await states.note(task, name, '');
    const note = (await client.hGet(keys.runs('r'), 'r-1')) ?? '';
    const odd = ['garbage', 's-1', 'r-a b', 'r-\n', '-1', ''];
    for (const name of odd) await client.hSet(keys.runs('r'), name, note);
    const found = new Map<string, unknown>();
    for await (const page of states.pages('r'))
      for (const [run, noted] of page) found.set(run, noted);
    const noted = { task, contextId: '' };
    expect(found).toEqual(
      new Map([
        ...names.map((name) => [name, noted] as const),
        ...odd.map((name) => [name, undefined] as const),
      ]),
    );
    for (const name of odd) {
      expect(await states.forgetDamaged('r', name)).toMatchObject({ code: 'CORRUPT_RECORD' });
    }
    expect(await states.count('r')).toBe(1000);
  });

  it.each<[string, (states: RedisTaskStates, task: TaskAddress) => Promise<unknown>]>([
    ['note', async (states, task) => states.note(task, 'r-1', '')],
    ['read', async (states) => states.of('r')],
    ['count', async (states) => states.count('r')],
    ['forget', async (states) => states.forget('r-1')],
  ])('of another type is told to one who is to %s it, and removed', async (_, call) => {
    const { states, keys, task } = open();
    await client.set(keys.runs('r'), 'damaged');
    await expect(call(states, task)).rejects.toMatchObject({ code: 'CORRUPT_RECORD' });
    expect(await client.exists(keys.runs('r'))).toBe(0);
    await expect(call(states, task)).resolves.not.toThrow();
  });
});

describe('a list of runs that is sealed', () => {
  it('closes the list of one replica, which keeps what is in it', async () => {
    const { states, keys, task } = open();
    await states.note(task, 'r-1', '');
    await states.seal('r');
    await states.seal('r');
    expect(await states.note(task, 'r-2', '')).toBe(false);
    // Nor a note that comes a second time: whoever reads the list has seen the first.
    expect(await states.note(task, 'r-1', '')).toBe(false);
    expect([...(await states.of('r')).keys()]).toEqual(['r-1']);
    expect(await states.note(task, 's-1', '')).toBe(true);
    expect(await client.ttl(keys.sealed('r'))).toBe(RETENTION_SECONDS);
  });

  it('keeps an empty list empty', async () => {
    const { states, keys, task } = open();
    await states.seal('r');
    expect(await states.note(task, 'r-1', '')).toBe(false);
    expect(await states.of('r')).toEqual(new Map());
    expect(await client.exists(keys.runs('r'))).toBe(0);
  });
});
