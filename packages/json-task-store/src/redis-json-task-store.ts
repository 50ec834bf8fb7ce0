import type { Task } from '@a2a-js/sdk';
import type { ServerCallContext } from '@a2a-js/sdk/server';
import { A2ARedisError } from '@a2a-redis/core';
import {
  BaseTaskStore,
  type JsonValue,
  resolveTaskStoreOptions,
  TaskKeys,
  type TaskStoreOptions,
  TtlPolicy,
} from '@a2a-redis/core/task-store';
import {
  isClusterClient,
  keyPrefixOf,
  type RedisScriptClient,
  requireId,
  type Scope,
  type ScopeResolver,
  ScriptRunner,
} from '@a2a-redis/core/shared';

import { jsonRecordFormat } from './json-record-format.ts';
import { explained } from './json-support.ts';
import { type PathUpdate, type TaskPlace, TaskPaths } from './task-paths.ts';
import { type SearchOptions, TaskSearch } from './task-search.ts';

/** Options of {@link RedisJSONTaskStore}. */
export interface RedisJSONTaskStoreOptions extends TaskStoreOptions {
  /**
   * What every key of the store begins with. Stores of different applications, or of different
   * kinds, must not share one.
   *
   * @default 'a2a:json-tasks:', because 'a2a:tasks:' is that of `RedisTaskStore`
   */
  readonly prefix?: string | undefined;
}

const DEFAULT_PREFIX = 'a2a:json-tasks:';

/** What a search found. */
export interface SearchPage {
  /** How many tasks match, as the query engine counts. */
  readonly totalSize: number;
  /** Those of the page that was asked for, as `load` returns them. */
  readonly tasks: readonly Task[];
}

/**
 * The SDK's `TaskStore` on JSON documents, one a task, which other tools can read and query. Needs the
 * JSON commands: Redis 8, Redis with the JSON module, or Valkey with its JSON module.
 *
 * It promises what `RedisTaskStore` promises, and reads, changes and searches single values besides. Where the
 * server has no JSON commands, every method fails with `SERVER_UNSUPPORTED`; `INVALID_ARGUMENT` is also for values
 * that are deeper than the servers take.
 *
 * @example
 * ```ts
 * const store = new RedisJSONTaskStore(await createRedisClient({ url: 'redis://localhost:6379' }));
 * ```
 */
export class RedisJSONTaskStore extends BaseTaskStore {
  readonly #scopeOf: ScopeResolver;
  readonly #keys: TaskKeys;
  readonly #paths: TaskPaths;
  /** Absent with the client of a cluster, through which one server is asked for what all of them have. */
  readonly #search: TaskSearch | undefined;

  /**
   * @param client A connected client, pool, cluster or sentinel of node-redis 5 or 6. The store
   *   never closes it.
   * @param options See {@link RedisJSONTaskStoreOptions}.
   * @throws {A2ARedisError} `INVALID_OPTION`.
   */
  constructor(client: RedisScriptClient, options: RedisJSONTaskStoreOptions = {}) {
    const resolved = resolveTaskStoreOptions(options, DEFAULT_PREFIX);
    const { prefix, scopeOf, deadlineMs, ttlSeconds, ttlAppliesTo } = resolved;
    super(client, jsonRecordFormat, { ...options, prefix });
    const runner = new ScriptRunner(client, deadlineMs);
    this.#scopeOf = scopeOf;
    this.#keys = new TaskKeys(prefix);
    this.#paths = new TaskPaths(runner, new TtlPolicy(ttlSeconds, ttlAppliesTo), this.readFrom);
    this.#search = isClusterClient(client)
      ? undefined
      : new TaskSearch(runner, prefix, keyPrefixOf(client));
  }

  /**
   * Reads all values of a task that a JSONPath matches, and nothing else of it.
   *
   * @param path A JSONPath of the task's document that begins with `$`, such as
   *   `$.artifacts[*].name`. Which filters there are is the server's to say. Names of members are
   *   those of the A2A JSON form; `_store`, the member of the store, is one of them: `$` and `$.*`
   *   match it, too. See the key layout in the README.
   * @returns The values, in the order of the document; none where nothing matches.
   * @throws {TaskNotFoundError} The SDK's error, when there is no such task.
   * @throws {A2ARedisError} `INVALID_ARGUMENT` for a path that is none; otherwise as {@link save}.
   */
  async getPath(taskId: string, path: string, context: ServerCallContext): Promise<JsonValue[]> {
    const place = this.#place(taskId, context);
    return explained(this.#paths.get(place, path));
  }

  /**
   * Changes one value of a task atomically: reads it, calls `update`, and writes the result if nobody
   * wrote to the task in between; otherwise starts over. Nothing else of the task is sent.
   *
   * Can change metadata and the data of parts: of the task, its artifacts, their parts, its messages
   * and theirs. All else, the state above all, has rules that `updateTask` and `save` keep.
   *
   * @param path A path of exactly one place, such as `$.metadata.rating` or
   *   `$.artifacts[0].parts[1].data["a b"]`. Metadata is made where there is none yet.
   * @param update Is given the value, `undefined` where there is none, and returns the new one,
   *   `undefined` to remove it. May be called several times.
   * @returns The value as it is stored now.
   * @throws {TaskNotFoundError} The SDK's error, when there is no such task.
   * @throws {A2ARedisError} `INVALID_ARGUMENT` for another path, one that leads nowhere, and a value
   *   that cannot stand there; `WRITE_CONFLICT`; otherwise as {@link save}.
   */
  async updatePath(
    taskId: string,
    path: string,
    context: ServerCallContext,
    update: PathUpdate,
  ): Promise<JsonValue | undefined> {
    const place = this.#place(taskId, context);
    return explained(this.#paths.update(place, path, update));
  }

  /**
   * Searches the tasks of the caller's scope with the query engine of the server. The first search
   * makes the index `<prefix>search`; the engine takes up tasks that are there already, and later
   * changes, in its own time.
   *
   * @param query In the engine's language (of Redis: dialect 2), on the fields `id`, `contextId`,
   *   `state`, `timestamp` (tags), `history`, `artifacts` and `artifactName` (texts); `*` for all.
   * @param options See {@link SearchOptions}.
   * @throws {A2ARedisError} `SERVER_UNSUPPORTED` where the server has no query engine, or one that
   *   refuses the index or a search without a query, and with the client of a cluster; `INVALID_ARGUMENT` for a query
   *   or a page that the engine refuses, and a query whose brackets do not balance;
   *   `INVALID_OPTION`; otherwise as {@link save}.
   */
  async search(
    query: string,
    context: ServerCallContext,
    options: SearchOptions = {},
  ): Promise<SearchPage> {
    const scope = this.#scopeOf(context);
    if (this.#search === undefined) {
      throw new A2ARedisError(
        'SERVER_UNSUPPORTED',
        'Searching needs a single server, or one address for all of them: through the client of a cluster, a query may reach the tasks of one server only.',
      );
    }
    const { totalSize, found } = await this.#search.find(scope, query, options);
    const tasks = await Promise.all(
      found.map(async ({ key, taskId }) => this.#loadFound(scope, key, taskId, context)),
    );
    return { totalSize, tasks: tasks.filter((task) => task !== undefined) };
  }

  /** The engine's word is not taken for whose task it is. */
  async #loadFound(
    scope: Scope,
    key: string,
    taskId: string,
    context: ServerCallContext,
  ): Promise<Task | undefined> {
    if (taskId === '' || this.#keys.record(scope, taskId) !== key) return undefined;
    return this.load(taskId, context);
  }

  #place(taskId: unknown, context: ServerCallContext): TaskPlace {
    const id = requireId('The task id', taskId);
    return { taskId: id, key: this.#keys.record(this.#scopeOf(context), id) };
  }
}
