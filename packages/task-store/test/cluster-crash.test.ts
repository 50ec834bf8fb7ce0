import { CONTEXT, streamedTask, textsOf } from '@a2a-redis-internal/contract/redis-task-stores';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { TaskState } from '@a2a-js/sdk';
import { A2ARedisError } from '@a2a-redis/core';
import type { RedisScriptClient } from '@a2a-redis/core/kernel';
import { type RedisCluster, startRedisCluster } from '@a2a-redis-internal/redis-server';
import { createCluster } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RedisTaskStore } from '../src/index.ts';

const request = {
  tenant: '',
  contextId: '',
  status: TaskState.TASK_STATE_UNSPECIFIED,
  pageToken: '',
  statusTimestampAfter: undefined,
  includeArtifacts: true,
};

/** `saved`, or the code of the error. */
async function outcomeOf(saving: Promise<void>): Promise<unknown> {
  return saving.then(
    () => 'saved',
    (error: unknown) => (error instanceof A2ARedisError ? error.code : error),
  );
}

/** A process that dies after some script calls: what it would have sent later never is. */
function dyingAfter(client: RedisScriptClient, calls: number): RedisScriptClient {
  let left = calls;
  const alive = async <T>(send: () => Promise<T>): Promise<T> => {
    left -= 1;
    if (left >= 0) return send();
    return new Promise<never>(() => {});
  };
  // The names tell the store that it talks to a cluster.
  return Object.assign(Object.create({ nodeClient: undefined, masters: [] }) as object, {
    evalSha: async (...args: Parameters<RedisScriptClient['evalSha']>) =>
      alive(async () => client.evalSha(...args)),
    eval: async (...args: Parameters<RedisScriptClient['eval']>) => client.eval(...args),
  });
}

describe('a process that dies between the writes of one save, on a cluster', () => {
  let cluster: RedisCluster;
  let client: ReturnType<typeof createCluster>;

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

  // A save that changes the status makes three calls: the mark, the record, the index.
  it.each([
    [0, []],
    [1, []],
    [2, [['t', 'first']]],
    [3, [['t', 'first']]],
  ])('leaves a new task readable and listed after %i calls: %j', async (calls, expected) => {
    const prefix = newPrefix();
    const dying = new RedisTaskStore(dyingAfter(client, calls), { prefix, deadlineMs: 200 });
    const saving = dying.save(streamedTask('t', 'first'), CONTEXT);
    expect(await outcomeOf(saving)).toBe(calls === 3 ? 'saved' : 'DEADLINE_EXCEEDED');

    const store = new RedisTaskStore(client, { prefix });
    const listed = await store.list(request, CONTEXT);
    expect(listed.tasks.map((task) => [task.id, ...textsOf(task)])).toEqual(expected);
    expect(listed.totalSize).toBe(expected.length);
    expect(textsOf(await store.load('t', CONTEXT))).toEqual(expected.flat().slice(1));
  });

  it.each([
    [0, TaskState.TASK_STATE_WORKING],
    [1, TaskState.TASK_STATE_WORKING],
    [2, TaskState.TASK_STATE_COMPLETED],
    [3, TaskState.TASK_STATE_COMPLETED],
  ])('leaves a changed status listed as it is stored after %i calls', async (calls, state) => {
    const prefix = newPrefix();
    const store = new RedisTaskStore(client, { prefix });
    await store.save(streamedTask('t', 'first'), CONTEXT);

    // One call more: it loads the task first.
    const dying = new RedisTaskStore(dyingAfter(client, calls + 1), { prefix, deadlineMs: 200 });
    const task = await dying.load('t', CONTEXT);
    if (task?.status) task.status.state = TaskState.TASK_STATE_COMPLETED;
    const saving = dying.save(task ?? streamedTask('missing'), CONTEXT);
    expect(await outcomeOf(saving)).toBe(calls === 3 ? 'saved' : 'DEADLINE_EXCEEDED');

    const listed = async (status: TaskState): Promise<string[]> =>
      (await store.list({ ...request, status }, CONTEXT)).tasks.map(({ id }) => id);
    const other =
      state === TaskState.TASK_STATE_WORKING
        ? TaskState.TASK_STATE_COMPLETED
        : TaskState.TASK_STATE_WORKING;
    expect(await listed(state)).toEqual(['t']);
    expect(await listed(other)).toEqual([]);
    expect((await store.load('t', CONTEXT))?.status?.state).toBe(state);
  });

  it('spreads tasks over the servers, and keeps a task and its index entry findable', async () => {
    const store = new RedisTaskStore(client, { prefix: newPrefix() });
    const ids = Array.from({ length: 60 }, (_, index) => `task-${String(index).padStart(2, '0')}`);
    await Promise.all(ids.map(async (id) => store.save(streamedTask(id, id), CONTEXT)));
    const sizes = await Promise.all(
      client.masters.map(async (master) => (await client.nodeClient(master)).dbSize()),
    );
    expect(sizes.every((size) => size > 0)).toBe(true);
    const listed = await store.list({ ...request, pageSize: 100 }, CONTEXT);
    expect(listed.tasks.map(({ id }) => id)).toEqual(ids.toReversed());
    expect(listed.tasks.map((task) => textsOf(task)[0])).toEqual(ids.toReversed());
  });
});
