import { BaseTaskStore, type TaskStoreOptions } from '@a2a-redis/core/task-store';
import { type RedisScriptClient } from '@a2a-redis/core/shared';

import { hashRecordFormat } from './hash-record-format.ts';

/** Options of {@link RedisTaskStore}. */
export interface RedisTaskStoreOptions extends TaskStoreOptions {}

/**
 * The SDK's `TaskStore` on Redis hashes. Any Redis from 6.2 or Valkey will do, no module is needed.
 *
 * A change writes only itself, whatever the size of the task; two replicas that write one task at
 * once lose nothing; lists are answered from an index. What else it promises is in the package's
 * README.
 *
 * @example
 * ```ts
 * const store = new RedisTaskStore(await createRedisClient({ url: 'redis://localhost:6379' }));
 * ```
 */
export class RedisTaskStore extends BaseTaskStore {
  /**
   * @param client A connected client, pool, cluster or sentinel of node-redis 5 or 6. The store
   *   never closes it.
   * @param options See {@link RedisTaskStoreOptions}.
   * @throws {A2ARedisError} `INVALID_OPTION`.
   */
  constructor(client: RedisScriptClient, options: RedisTaskStoreOptions = {}) {
    super(client, hashRecordFormat, options);
  }
}
