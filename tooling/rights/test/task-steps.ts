import type { TaskStore } from '@a2a-js/sdk/server';
import {
  artifactOf,
  CONTEXT,
  fullTaskOf,
  listRequest,
  loadTask,
  statusAt,
  taskOf,
} from '@a2a-redis-internal/contract/task-fixtures';
import type { RedisScriptClient } from '@a2a-redis/core/shared';

import type { Step } from './describe-missing-rights.ts';

/** A task store on Redis, as far as all of them have it. */
interface RedisTasks extends TaskStore {
  delete(taskId: string, context: typeof CONTEXT): Promise<boolean>;
  taskExists(taskId: string, context: typeof CONTEXT): Promise<boolean>;
  listTaskIds(context: typeof CONTEXT): AsyncGenerator<string, void, undefined>;
}

interface StoreOptions {
  readonly prefix: string;
  readonly ttlSeconds?: number;
  readonly ttlAppliesTo?: 'terminal';
}

/** What an application has of a task store. */
export class TaskParts implements AsyncDisposable {
  readonly #client: RedisScriptClient;
  readonly #prefix: string;
  readonly #openStore: (options: StoreOptions) => RedisTasks;

  constructor(
    client: RedisScriptClient,
    prefix: string,
    openStore: (options: StoreOptions) => RedisTasks,
  ) {
    this.#client = client;
    this.#prefix = prefix;
    this.#openStore = openStore;
  }

  /** A store that has seen no task yet. */
  open(options: Omit<StoreOptions, 'prefix'> = {}): RedisTasks {
    return this.#openStore({ prefix: this.#prefix, ...options });
  }

  /** Takes a record away, as its expiry does; the index still has it. */
  async expire(taskId: string): Promise<void> {
    const keys = [`${this.#prefix}{:unknown:${taskId}}`];
    await this.#client.eval("return redis.call('DEL', KEYS[1])", { keys });
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** All that applications do with a task store. */
export const TASK_STEPS: Readonly<Record<string, Step<TaskParts>>> = {
  'save a new task': async (own) => own.open().save(fullTaskOf('a'), CONTEXT),
  'change a task': async (own) => {
    const store = own.open();
    const task = await loadTask(store, 'a');
    task.artifacts = [artifactOf('b', ['three'])];
    task.status = statusAt(5);
    await store.save(task, CONTEXT);
  },
  'overwrite a task': async (own) => own.open().save(taskOf('a'), CONTEXT),
  'save a task that expires': async (own) =>
    own.open({ ttlSeconds: 100 }).save(taskOf('b'), CONTEXT),
  'save a task that stays until it has ended': async (own) =>
    own.open({ ttlSeconds: 100, ttlAppliesTo: 'terminal' }).save(taskOf('b'), CONTEXT),
  'look for a task': async (own) => own.open().taskExists('a', CONTEXT),
  'look for one that is not there': async (own) => own.open().taskExists('none', CONTEXT),
  'list ids': async (own) => {
    for await (const id of own.open().listTaskIds(CONTEXT)) if (id === '') throw new Error('No id');
  },
  'list tasks': async (own) => own.open().list(listRequest(), CONTEXT),
  'list latest tasks': async (own) =>
    own.open().list(listRequest({ statusTimestampAfter: statusAt(6).timestamp }), CONTEXT),
  'list tasks of which one is gone': async (own, others) => {
    await others.open({ ttlSeconds: 100 }).save(taskOf('c'), CONTEXT);
    await others.expire('c');
    await own.open().list(listRequest(), CONTEXT);
  },
  'delete a task': async (own) => own.open().delete('a', CONTEXT),
};
