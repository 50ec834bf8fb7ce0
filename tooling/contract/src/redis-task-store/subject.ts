import type { BaseTaskStore, TaskStoreOptions } from '@a2a-redis/core/task-store';
import type { RedisScriptClient } from '@a2a-redis/core/shared';
import type { RedisServer, RedisServerOptions } from '@a2a-redis-internal/redis-server';

import type { SharedCluster, SharedServer } from '../shared-server.ts';

/** Starts a server of one test's own, which the test may kill and pause. */
export type StartServer = (
  options?: Pick<RedisServerOptions, 'persistence'>,
) => Promise<RedisServer>;

/**
 * A task store on Redis. Where the servers that it needs cannot be had, it declares a test that is
 * not run in place of those that it is given.
 */
export interface RedisTaskStoreSubject {
  /** Stands before the tests' names. */
  readonly name: string;
  /** A store that remembers nothing yet. */
  readonly open: (client: RedisScriptClient, options?: TaskStoreOptions) => BaseTaskStore;
  /** A script around `appendChunks` for the store, as Node runs it: on the built packages. */
  readonly appender: URL;
  /** Declares tests that share a server. */
  readonly describeOnServer: (name: string, declare: (server: SharedServer) => void) => void;
  /** Declares tests that share a cluster. */
  readonly describeOnCluster: (name: string, declare: (cluster: SharedCluster) => void) => void;
  /** Declares tests that start servers of their own. */
  readonly describeOnOwnServers: (name: string, declare: (start: StartServer) => void) => void;
}
