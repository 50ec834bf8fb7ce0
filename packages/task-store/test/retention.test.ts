import { connect } from '@a2a-redis-internal/redis-clients';
import {
  append,
  contentOf,
  CONTEXT,
  dyingClient,
  streamedTask,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { statusAt, taskOf } from '@a2a-redis-internal/contract/task-fixtures';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { TaskState } from '@a2a-js/sdk';
import { ServerCallContext } from '@a2a-js/sdk/server';
import type { RedisClientType } from 'redis';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { membersOf, SCOPE, SweptPrefix } from './swept-prefix.ts';

const COMPLETED = statusAt(1, TaskState.TASK_STATE_COMPLETED);

let server: RedisServer;
let client: RedisClientType;
let swept: SweptPrefix;

beforeAll(async () => {
  server = await startRedisServer();
  client = await connect(server.url);
});

afterAll(async () => {
  await client.close();
  await server.stop();
});

beforeEach(() => {
  swept = new SweptPrefix(client);
});

async function expectNothingLeft(): Promise<void> {
  expect(membersOf(await contentOf(client, swept.prefix))).toEqual(swept.sweptKeys);
}

describe('the index entries of expired tasks', () => {
  test('go although nobody lists them, and the process that wrote them is gone', async () => {
    const odd = { tenant: 'a:{b}*"\n', userName: `😀${'x'.repeat(10_000)}` };
    const oddContext = new ServerCallContext({
      tenant: odd.tenant,
      user: { isAuthenticated: true, userName: odd.userName },
    });
    const writer = swept.store({ ttlSeconds: 1 });
    await writer.save(streamedTask('one', 'chunk'), CONTEXT);
    await writer.save(taskOf('two', { status: COMPLETED, contextId: 'other' }), CONTEXT);
    await writer.save(taskOf('three', { status: undefined, contextId: '' }), oddContext);
    await vi.waitUntil(async () => (await client.zCard(swept.due)) === 2);
    const scopes = await client.hKeys(swept.noted);
    expect(scopes.toSorted()).toEqual([JSON.stringify([odd.tenant, odd.userName]), SCOPE]);

    // Redis forgets the records itself; only the notes are made to look old.
    const records = Object.entries(await contentOf(client, swept.prefix))
      .filter(([, fields]) => 'i' in fields)
      .map(([key]) => key);
    expect(records).toHaveLength(3);
    await vi.waitUntil(async () => (await client.exists(records)) === 0);
    for (const scope of scopes) await client.hSet(swept.noted, scope, '1');
    await swept.sweep();
    await expectNothingLeft();
  });

  test('go, however many there are in one scope', async () => {
    const ids = Array.from({ length: 450 }, (_, number) => `id-${number}`);
    const store = swept.store();
    await Promise.all(ids.map(async (id) => store.save(taskOf(id), CONTEXT)));
    await swept.timePasses(ids);
    await swept.sweep();
    await expectNothingLeft();
  });

  test('go, however many scopes there are', async () => {
    const store = swept.store();
    for (let number = 0; number < 35; number += 1) {
      const userName = `user-${number}`;
      const context = new ServerCallContext({ user: { isAuthenticated: true, userName } });
      await store.save(taskOf('t'), context);
      await client.del(`${swept.prefix}{:${userName}:t}`);
      await client.zAdd(`${swept.prefix}{:${userName}}:expiry`, { value: 't', score: 1 });
      await swept.timePasses([], JSON.stringify(['', userName]));
    }
    await swept.sweep();
    await expectNothingLeft();
  });

  test('go, and those of other tasks stay until the next of them is due', async () => {
    await swept.store().save(taskOf('gone'), CONTEXT);
    await swept.store({ ttlSeconds: 5000 }).save(taskOf('later'), CONTEXT);
    await swept.store({ ttlSeconds: 2000 }).save(taskOf('next'), CONTEXT);
    await swept.timePasses(['gone']);
    const { later, next } = (await contentOf(client, swept.prefix))[swept.index('expiry')] ?? {};
    await swept.sweep();

    const content = await contentOf(client, swept.prefix);
    expect(content[swept.due]).toEqual({ [SCOPE]: next });
    expect(content[swept.noted]).toEqual({ [SCOPE]: '1' });
    expect(content[swept.index('expiry')]).toEqual({ later, next });
    const members = membersOf(content);
    expect(members[swept.index('rows')]).toEqual(['later', 'next', 'sweeper']);
    expect(members[swept.index('tasks:c:context:s:2')]).toHaveLength(3);
  });

  test('stay when the record was written since, until that is due', async () => {
    await swept.store().save(streamedTask('t', 'one'), CONTEXT);
    await append(swept.store({ ttlSeconds: 5000 }), ['two']);
    await swept.timePasses([]);
    await client.zAdd(swept.index('expiry'), { value: 't', score: 1 });
    const before = Date.now();
    await swept.sweep();

    const expiresAt = Number(await client.zScore(swept.index('expiry'), 't'));
    expect(expiresAt > before + 4_900_000 && expiresAt <= Date.now() + 5_000_000).toBe(true);
    expect(await client.zScore(swept.due, SCOPE)).toBe(expiresAt);
    expect(await client.zRange(swept.index('tasks'), 0, -1)).toContain('2d39122ayo0t');
  });

  test('go when the record expires while it is looked at', async () => {
    await swept.store().save(taskOf('t'), CONTEXT);
    await swept.timePasses([]);
    await client.zAdd(swept.index('expiry'), { value: 't', score: 1 });
    await swept.sweep({
      after: async ({ keys, args }) => {
        // It was read, and is gone before its time to live is asked for.
        if (keys[0] === swept.record('t') && args.length > 0) await client.del(swept.record('t'));
      },
    });
    await expectNothingLeft();
  });

  test('of a record that cannot be read stay, and hinder no other', async () => {
    await swept.store().save(taskOf('t'), CONTEXT);
    await swept.store().save(taskOf('gone'), CONTEXT);
    await swept.timePasses(['gone']);
    await client.hDel(swept.record('t'), 'i');
    await client.zAdd(swept.index('expiry'), { value: 't', score: 1 });
    const before = Date.now();
    await swept.sweep();

    expect(await client.zRange(swept.index('expiry'), 0, -1)).toEqual(['t']);
    expect((await client.hKeys(swept.index('rows'))).toSorted()).toEqual(['sweeper', 't']);
    // Another look follows, and not at once.
    expect(Number(await client.zScore(swept.due, SCOPE)) > before + 60_000).toBe(true);
  });
});

describe('a sweep', () => {
  test('has its scopes to itself', async () => {
    await swept.store().save(taskOf('t'), CONTEXT);
    await swept.timePasses(['t']);
    let looking = false;
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = swept.sweep({
      before: async ({ keys }) => {
        if (keys[0] !== swept.index('expiry')) return;
        looking = true;
        await released;
      },
    });
    await vi.waitUntil(() => looking);

    const looks: string[] = [];
    await swept.sweep({ before: ({ keys: [key = ''] }) => void looks.push(key) });
    expect(looks).not.toContain(swept.index('expiry'));
    expect(await client.hKeys(swept.index('rows'))).toContain('t');

    release();
    await first;
    await expectNothingLeft();
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    'that dies after %i calls leaves the rest to the next one',
    async (calls) => {
      await swept.store().save(taskOf('t'), CONTEXT);
      await swept.timePasses(['t']);
      const dying = dyingClient(client, calls);
      const store = swept.store({ ttlAppliesTo: 'terminal', deadlineMs: 200 }, dying.client);
      await store.save(taskOf('sweeper'), CONTEXT).catch(() => undefined);
      await vi.waitUntil(dying.isDead);

      // The claim that it may have left runs out.
      const claimed = await client.zCard(swept.due);
      if (claimed > 0) await swept.timePasses([]);
      expect(claimed).toBe(calls < 8 ? 1 : 0);
      await swept.sweep();
      await expectNothingLeft();
    },
  );

  test('whose claim ran out leaves the scope to the one that took it on', async () => {
    await swept.store().save(taskOf('t'), CONTEXT);
    await swept.timePasses(['t']);
    const otherClaim = Date.now() + 1_000_000;
    await swept.sweep({
      before: async ({ keys, args }) => {
        if (keys[0] !== swept.due || args.length !== 4) return;
        await client.zAdd(swept.due, { value: SCOPE, score: otherClaim });
      },
    });
    expect(await client.zScore(swept.due, SCOPE)).toBe(otherClaim);
  });

  test('does not take away a task that is saved anew while it looks', async () => {
    await swept.store().save(taskOf('t'), CONTEXT);
    await swept.timePasses(['t']);
    let saved = 0;
    await swept.sweep({
      before: async ({ keys, args }) => {
        // The record was found to be gone; its entry is about to be removed.
        if (keys[0] !== swept.index('rows') || args.length !== 3 || saved > 0) return;
        saved += 1;
        await swept.store().save(taskOf('t', { status: COMPLETED }), CONTEXT);
      },
    });

    expect(saved).toBe(1);
    expect(await client.zRange(swept.index('tasks:s:3'), 0, -1)).toEqual(['2d39122ayo1t']);
    expect(await client.zRange(swept.index('expiry'), 0, -1)).toEqual(['t']);
    // Nor is the scope forgotten: what was saved goes when its own time is up.
    await swept.timePasses(['t']);
    await swept.sweep();
    await expectNothingLeft();
  });

  test('does not take away the expiry of a task that is saved while it looks', async () => {
    await swept.store().save(taskOf('t'), CONTEXT);
    await client.persist(swept.record('t'));
    await swept.timePasses([]);
    await client.zAdd(swept.index('expiry'), { value: 't', score: 1 });
    let saved = 0;
    await swept.sweep({
      after: async ({ keys, args }) => {
        // The record was found to stay for ever; its entry is about to say so.
        if (keys[0] !== swept.record('t') || args[0] !== 'PTTL' || saved > 0) return;
        saved += 1;
        await swept.store().save(taskOf('t', { status: COMPLETED }), CONTEXT);
      },
    });
    expect(saved).toBe(1);
    expect(await client.zRange(swept.index('expiry'), 0, -1)).toEqual(['t']);
    expect(await client.zRange(swept.due, 0, -1)).toEqual([SCOPE]);
  });
});
