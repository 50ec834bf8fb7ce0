import { CONTEXT, streamedTask, textsOf } from '@a2a-redis-internal/contract/redis-task-stores';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { TaskState } from '@a2a-js/sdk';
import { A2ARedisError } from '@a2a-redis/core';
import type { RedisScriptClient } from '@a2a-redis/core/kernel';
import { createCluster } from 'redis';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { RedisJSONTaskStore } from '../src/index.ts';
import { describeWithJsonCluster } from './servers.ts';

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

describeWithJsonCluster('a process that dies between the writes of one save', (url) => {
  let client: ReturnType<typeof createCluster>;

  beforeAll(async () => {
    client = createCluster({ rootNodes: [{ url }] });
    client.on('error', () => undefined);
    await client.connect();
  });

  afterAll(async () => {
    client.destroy();
  });

  // A save that changes the status makes three calls: the mark, the record, the index.
  it.each([
    [0, []],
    [1, []],
    [2, [['t', 'first']]],
    [3, [['t', 'first']]],
  ])('leaves a new task readable and listed after %i calls: %j', async (calls, expected) => {
    const prefix = newPrefix();
    const dying = new RedisJSONTaskStore(dyingAfter(client, calls), { prefix, deadlineMs: 200 });
    const saving = dying.save(streamedTask('t', 'first'), CONTEXT);
    expect(await outcomeOf(saving)).toBe(calls === 3 ? 'saved' : 'DEADLINE_EXCEEDED');

    const store = new RedisJSONTaskStore(client, { prefix });
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
    const store = new RedisJSONTaskStore(client, { prefix });
    await store.save(streamedTask('t', 'first'), CONTEXT);

    // One call more: it loads the task first.
    const dying = new RedisJSONTaskStore(dyingAfter(client, calls + 1), {
      prefix,
      deadlineMs: 200,
    });
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
});
