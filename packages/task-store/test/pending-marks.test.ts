import { newPrefix } from '@a2a-redis-internal/redis-clients';
import {
  append,
  CONTEXT,
  loadTask,
  streamedTask,
  text,
  textsOf,
  watchedClient,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { statusAt, taskOf } from '@a2a-redis-internal/contract/task-fixtures';
import { type RedisCluster, startRedisCluster } from '@a2a-redis-internal/redis-server';
import { TaskState } from '@a2a-js/sdk';
import { createCluster } from 'redis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { RedisTaskStore } from '../src/index.ts';

const [COMPLETED, FAILED] = [
  statusAt(1, TaskState.TASK_STATE_COMPLETED),
  statusAt(2, TaskState.TASK_STATE_FAILED),
];

let cluster: RedisCluster;
let client: ReturnType<typeof createCluster>;
let prefix: string;
let record: string;
/** A store that knows task `t` as it was first stored, and another one that does not. */
let store: RedisTaskStore;
let other: RedisTaskStore;

beforeAll(async () => {
  cluster = await startRedisCluster();
  client = createCluster({ rootNodes: cluster.urls.map((url) => ({ url })) });
  client.on('error', () => undefined);
  await client.connect();
});

afterAll(async () => {
  client.destroy();
  await cluster.stop();
});

beforeEach(async () => {
  prefix = newPrefix();
  record = `${prefix}{acme:ann:t}`;
  store = new RedisTaskStore(client, { prefix });
  other = new RedisTaskStore(client, { prefix });
  await store.save(streamedTask('t', 'first'), CONTEXT);
});

async function marks(): Promise<string[]> {
  return client.zRange(`${prefix}{acme:ann}:pending`, 0, -1);
}

async function listed(): Promise<string[]> {
  return client.zRange(`${prefix}{acme:ann}:tasks:c:context:s:3`, 0, -1);
}

describe('no mark of a write stays behind', () => {
  it('one that met a conflict and, merged, did not move the task any more', async () => {
    const task = await loadTask(store, 't');
    task.status = FAILED;
    task.artifacts[0]?.parts.push(text('mine'));
    await other.updateTask('t', CONTEXT, (draft) => void (draft.status = COMPLETED));
    await store.save(task, CONTEXT);

    expect(await marks()).toEqual([]);
    expect(await listed()).toEqual(['2d39122ayo1t']);
    const stored = await loadTask(other, 't');
    expect(stored.status).toEqual(COMPLETED);
    expect(textsOf(stored)).toEqual(['first', 'mine']);
  });

  it('one that met a conflict, and still moved the task', async () => {
    const task = await loadTask(store, 't');
    task.status = COMPLETED;
    await append(other, ['theirs']);
    await store.save(task, CONTEXT);

    expect(await marks()).toEqual([]);
    expect(await listed()).toEqual(['2d39122ayo1t']);
    expect(textsOf(await loadTask(other, 't'))).toEqual(['first', 'theirs']);
  });

  it('an update that another writer was ahead of', async () => {
    let updates = 0;
    const task = await store.updateTask('t', CONTEXT, async (draft) => {
      updates += 1;
      // The first time, the other writer comes between the reading and the writing.
      if (updates === 1) await append(other, ['theirs']);
      if (updates === 1) draft.status = COMPLETED;
      else draft.metadata = { updates };
    });

    expect(updates).toBe(2);
    expect(task.metadata).toEqual({ updates: 2 });
    expect(await marks()).toEqual([]);
    expect(await listed()).toEqual([]);
  });

  it('one whose reply was lost', async () => {
    let lost = 0;
    const losing = watchedClient(client, {
      after: ({ keys }) => {
        // The record is written, and nobody hears of it.
        if (keys[0] !== record || lost > 0) return;
        lost += 1;
        throw new Error('Socket closed unexpectedly');
      },
    });
    const writer = new RedisTaskStore(losing, { prefix });
    await writer.save(taskOf('t', { status: COMPLETED }), CONTEXT);

    expect(lost).toBe(1);
    expect(await marks()).toEqual([]);
    expect(await listed()).toEqual(['2d39122ayo1t']);
  });

  it('one that met a record that cannot be read', async () => {
    const task = await loadTask(store, 't');
    task.status = COMPLETED;
    await append(other, ['theirs']);
    await client.hSet(record, 'p:0:0', 'damaged');
    await expect(store.save(task, CONTEXT)).rejects.toMatchObject({ code: 'CORRUPT_RECORD' });

    expect(await marks()).toEqual([]);
    expect(await listed()).toEqual([]);
  });
});

describe('the mark of a write stays for the next list', () => {
  it('when nobody knows what became of the write', async () => {
    const cutOff = watchedClient(client, {
      before: async ({ keys }) => {
        if (keys[0] === record) await new Promise<never>(() => {});
      },
    });
    const writer = new RedisTaskStore(cutOff, { prefix, deadlineMs: 100 });
    await expect(writer.save(taskOf('t', { status: COMPLETED }), CONTEXT)).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
    expect(await marks()).toEqual([expect.stringMatching(/^[A-Za-z0-9_-]{8}:1 t$/)]);
  });
});
