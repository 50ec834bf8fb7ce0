import type { TaskStoreCapabilities } from '@a2a-redis-internal/contract';
import type { Task } from '@a2a-js/sdk';
import { ServerCallContext, type TaskStore } from '@a2a-js/sdk/server';
import type { RedisClientType } from 'redis';

/** Where `RedisJSONTaskStore` knowingly differs from the SDK's in-memory store; see the README. */
export const CAPABILITIES: TaskStoreCapabilities = {
  storesValuesAsJson: true,
  mergesLateWrites: true,
  keepsTerminalStates: true,
  continuesPagesWhileTasksChange: true,
  refusesBadListRequests: true,
  sortsByMoment: true,
  longestCopiedList: 512,
};

/** A call of tenant `acme` by user `ann`. */
export const CONTEXT: ServerCallContext = new ServerCallContext({
  tenant: 'acme',
  user: { isAuthenticated: true, userName: 'ann' },
});

/**
 * Every key under a prefix with what it holds: a document, a hash's fields, a sorted set's members by
 * score.
 */
export async function contentOf(
  client: RedisClientType,
  prefix: string,
): Promise<Record<string, Record<string, unknown>>> {
  const content: Record<string, Record<string, unknown>> = {};
  for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1000 })) {
    for (const key of keys) {
      const type = await client.type(key);
      if (type === 'hash') content[key] = { ...(await client.hGetAll(key)) };
      else if (type === 'zset') {
        const members = await client.zRangeWithScores(key, 0, -1);
        content[key] = Object.fromEntries(members.map(({ value, score }) => [value, score]));
      } else if (type === 'ReJSON-RL') content[key] = await documentAt(client, key);
      else content[key] = { type };
    }
  }
  return content;
}

/** A document as any other client reads it. */
export async function documentAt(
  client: RedisClientType,
  key: string,
): Promise<Record<string, unknown>> {
  const text = await client.sendCommand<string>(['JSON.GET', key]);
  return JSON.parse(text) as Record<string, unknown>;
}

/** Loads a task that must be there. */
export async function loadTask(store: TaskStore, id: string): Promise<Task> {
  const task = await store.load(id, CONTEXT);
  if (task === undefined) throw new Error(`There is no task ${JSON.stringify(id)}.`);
  return task;
}
