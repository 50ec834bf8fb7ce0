import type { BaseTaskStore, RedisScriptClient, TaskStoreOptions } from '@a2a-redis/core/kernel';

/** The task store on Redis that the suites are run on. */
export interface RedisTaskStoreSubject {
  readonly open: (client: RedisScriptClient, options?: TaskStoreOptions) => BaseTaskStore;
}
