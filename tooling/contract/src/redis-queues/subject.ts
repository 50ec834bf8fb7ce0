import type { AgentExecutionEvent, TaskStore } from '@a2a-js/sdk/server';
import type { BaseQueueManager, QueueManagerOptions } from '@a2a-redis/core/queue-manager';
import type { RedisScriptClient } from '@a2a-redis/core/shared';

/** A direct queue, as far as all queue managers on Redis have it. */
export interface DirectQueue {
  readonly queueId: string;
  enqueueEvent(event: AgentExecutionEvent): Promise<unknown>;
  dequeueEvent(): Promise<AgentExecutionEvent>;
  close(): Promise<void>;
}

/** A queue manager on Redis. */
export interface RedisQueueManager extends BaseQueueManager {
  createOrTap(queueId: string): Promise<DirectQueue>;
}

/** What the suites are run on. */
export interface RedisQueueManagerSubject {
  /** Stands before the tests' names. */
  readonly name: string;
  readonly openQueues: (
    client: RedisScriptClient,
    options: QueueManagerOptions,
  ) => RedisQueueManager;
  /** Opens a store of tasks whose keys begin with a prefix. */
  readonly openStore: (
    client: RedisScriptClient,
    prefix: string,
    options?: { readonly deadlineMs: number },
  ) => TaskStore;
  /** What the manager keeps of a task in Redis: the ends of the keys' names. */
  readonly taskKeys: readonly string[];
  /** What the state of a task that waits for its user holds beside counters of runs, sorted. */
  readonly stateFields: readonly string[];
  /** See `QueueManagerCapabilities`. */
  readonly tellsByTask?: boolean | undefined;
}
