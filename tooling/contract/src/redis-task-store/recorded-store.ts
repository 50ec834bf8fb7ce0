import type { Task } from '@a2a-js/sdk';
import type { BaseTaskStore, TaskStoreOptions } from '@a2a-redis/core/task-store';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import type { RedisClientType } from 'redis';
import { expect } from 'vitest';

import { CONTEXT, loadTask, streamedTask, text } from './fixtures.ts';
import type { RedisTaskStoreSubject } from './subject.ts';
import { watchedClient } from './watched-client.ts';

/** What a script call sent, and what came back. */
export interface RecordedCall {
  readonly args: readonly string[];
  readonly reply: unknown;
}

/** A store on a client, and the calls that it makes. */
export function recordedStore(
  { open }: RedisTaskStoreSubject,
  client: RedisClientType,
  options?: TaskStoreOptions,
): { store: BaseTaskStore; calls: RecordedCall[]; prefix: string } {
  const calls: RecordedCall[] = [];
  const prefix = newPrefix();
  const recording = watchedClient(client, {
    after: ({ args }, reply) => void calls.push({ args, reply }),
  });
  return { store: open(recording, { prefix, ...options }), calls, prefix };
}

/**
 * What the one call sends that saves a change of a task with three parts, `one` to `three`, after the
 * version, the name of the write and the expiry.
 */
export async function sentForChange(
  subject: RedisTaskStoreSubject,
  client: RedisClientType,
  change: (task: Task) => unknown,
): Promise<readonly string[]> {
  const { store, calls } = recordedStore(subject, client);
  await store.save(streamedTask('t', 'one', 'two', 'three'), CONTEXT);
  const task = await loadTask(store, 't');
  change(task);
  calls.length = 0;
  await store.save(task, CONTEXT);
  expect(calls).toHaveLength(1);
  return (calls[0]?.args ?? []).slice(3);
}

/** The calls that append the part `chunk` to a task with 1,000 parts, and the version before them. */
export async function callsForChunk(
  subject: RedisTaskStoreSubject,
  client: RedisClientType,
): Promise<{ version: string; calls: readonly RecordedCall[] }> {
  const { store, calls } = recordedStore(subject, client);
  await store.save(streamedTask('t', ...Array.from({ length: 1000 }, () => 'before')), CONTEXT);
  const version = versionOf(calls.pop());
  calls.length = 0;

  const task = await loadTask(store, 't');
  task.artifacts[0]?.parts.push(text('chunk'));
  await store.save(task, CONTEXT);
  return { version, calls };
}

/** What the one call sends that appends the part `second` to a task which got another one since. */
export async function sentForLateChunk(
  subject: RedisTaskStoreSubject,
  client: RedisClientType,
): Promise<readonly string[]> {
  const { store, calls } = recordedStore(subject, client);
  await store.save(streamedTask('t', 'one'), CONTEXT);
  const [first, second] = [await loadTask(store, 't'), await loadTask(store, 't')];
  first.artifacts[0]?.parts.push(text('first'));
  await store.save(first, CONTEXT);
  second.artifacts[0]?.parts.push(text('second'));
  calls.length = 0;
  await store.save(second, CONTEXT);
  expect(calls).toHaveLength(1);
  return calls[0]?.args ?? [];
}

function versionOf(call: RecordedCall | undefined): string {
  const reply: unknown = call?.reply;
  if (!Array.isArray(reply)) throw new TypeError('No reply.');
  return String(reply[1]);
}
