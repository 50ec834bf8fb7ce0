import type { RedisQueueManagerSubject } from '@a2a-redis-internal/contract/redis-queue-managers';
import { RedisTaskStore } from '@a2a-redis/task-store';

import { RedisPubSubQueueManager } from '../src/redis-pubsub-queue-manager.ts';

/** What the suites of all queue managers on Redis are run on here. */
export const PUBSUB: RedisQueueManagerSubject = {
  name: 'RedisPubSubQueueManager',
  openQueues: (client, options) => new RedisPubSubQueueManager(client, options),
  openStore: (client, prefix, options) => new RedisTaskStore(client, { prefix, ...options }),
  taskKeys: ['state'],
  stateFields: ['open', 'paused'],
  tellsByTask: true,
};
