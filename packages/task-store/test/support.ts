import { randomUUID } from 'node:crypto';

import type { TaskStoreCapabilities } from '@a2a-redis-internal/contract';
import { type ListTasksRequest, type Task, TaskState, type TaskStatus } from '@a2a-js/sdk';
import { ServerCallContext, type TaskStore } from '@a2a-js/sdk/server';
import { createClient, type RedisClientType } from 'redis';

/** Where `RedisTaskStore` knowingly differs from the SDK's in-memory store; see the README. */
export const CAPABILITIES: TaskStoreCapabilities = {
  storesValuesAsJson: true,
  mergesLateWrites: true,
  keepsTerminalStates: true,
  continuesPagesWhileTasksChange: true,
  refusesBadListRequests: true,
  sortsByMoment: true,
  longestCopiedList: 512,
};

/** Keys of a test that no other test has. */
export function newPrefix(): string {
  return `test:${randomUUID()}:`;
}

/** A connected client that reconnects fast. */
export async function connect(url: string): Promise<RedisClientType> {
  const client: RedisClientType = createClient({ url, socket: { reconnectStrategy: 20 } });
  // Without a listener, a lost connection would end the process.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** A call of tenant `acme` by user `ann`. */
export const CONTEXT: ServerCallContext = new ServerCallContext({
  tenant: 'acme',
  user: { isAuthenticated: true, userName: 'ann' },
});

/** A task that is being worked on since the beginning of 2026, unless the fields say otherwise. */
export function taskOf(id: string, fields: Partial<Task> = {}): Task {
  return {
    id,
    contextId: 'context',
    status: statusAt(0),
    artifacts: [],
    history: [],
    metadata: undefined,
    ...fields,
  };
}

/** A status that was set so many milliseconds after the beginning of 2026. */
export function statusAt(
  timeMs: number,
  state: TaskState = TaskState.TASK_STATE_WORKING,
): TaskStatus {
  const timestamp = new Date(Date.UTC(2026, 0, 1) + timeMs).toISOString();
  return { state, message: undefined, timestamp };
}

/** Every key under a prefix with what it holds: a hash's fields, a sorted set's members by score. */
export async function contentOf(
  client: RedisClientType,
  prefix: string,
): Promise<Record<string, Record<string, string | number>>> {
  const content: Record<string, Record<string, string | number>> = {};
  for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1000 })) {
    for (const key of keys) {
      const type = await client.type(key);
      if (type === 'hash') content[key] = { ...(await client.hGetAll(key)) };
      else if (type === 'zset') {
        const members = await client.zRangeWithScores(key, 0, -1);
        content[key] = Object.fromEntries(members.map(({ value, score }) => [value, score]));
      } else content[key] = { type };
    }
  }
  return content;
}

/** A list request without filters, unless the fields name some. */
export function listRequest(fields: Partial<ListTasksRequest> = {}): ListTasksRequest {
  return {
    tenant: '',
    contextId: '',
    status: TaskState.TASK_STATE_UNSPECIFIED,
    pageToken: '',
    statusTimestampAfter: undefined,
    ...fields,
  };
}

/** Loads a task that must be there. */
export async function loadTask(store: TaskStore, id: string): Promise<Task> {
  const task = await store.load(id, CONTEXT);
  if (task === undefined) throw new Error(`There is no task ${JSON.stringify(id)}.`);
  return task;
}
