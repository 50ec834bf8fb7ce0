import type { Part, Task } from '@a2a-js/sdk';
import type { ServerCallContext, TaskStore } from '@a2a-js/sdk/server';
import { isRecord } from '@a2a-redis/core/shared';
import type { RedisClientType } from 'redis';

import * as tasks from '../task-store/fixtures.ts';
import type { TaskStoreCapabilities } from '../task-store/subject.ts';

/** Where the task stores on Redis knowingly differ from the SDK's in-memory store; see their READMEs. */
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
export const CONTEXT: ServerCallContext = tasks.contextOf({ tenant: 'acme', userName: 'ann' });

/** A call of the same tenant by user `bob`. */
export const OTHER_OWNER: ServerCallContext = tasks.contextOf({ tenant: 'acme', userName: 'bob' });

/** Loads a task that must be there. */
export async function loadTask(store: TaskStore, id: string): Promise<Task> {
  return tasks.loadTask(store, id, CONTEXT);
}

/** A text part. */
export function text(value: string): Part {
  return tasks.partOf(value, { mediaType: 'text/plain' });
}

/** A task in state working whose one artifact, `a`, holds the texts given. */
export function streamedTask(id: string, ...texts: readonly string[]): Task {
  const artifact = tasks.artifactOf('a', [], { name: 'answer', parts: texts.map(text) });
  return tasks.taskOf(id, { artifacts: [artifact] });
}

/** The texts of the parts of a task's first artifact. */
export function textsOf(task: Task | undefined): string[] {
  return (task?.artifacts[0]?.parts ?? []).map(({ content }) => String(content?.value));
}

/** Appends chunks to task `t` one by one, as the SDK's result manager does. */
export async function append(store: TaskStore, texts: readonly string[]): Promise<void> {
  for (const value of texts) {
    const task = await store.load('t', CONTEXT);
    task?.artifacts[0]?.parts.push(text(value));
    if (task) await store.save(task, CONTEXT);
  }
}

/**
 * Every key under a prefix with what it holds: a hash's fields, a document, a sorted set's members by
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
  const json = await client.sendCommand<string>(['JSON.GET', key]);
  const document: unknown = JSON.parse(json);
  if (!isRecord(document)) throw new TypeError(`At ${key} is no document.`);
  return document;
}
