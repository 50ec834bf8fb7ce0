import type { RedisQueueManagerSubject } from '@a2a-redis-internal/contract/redis-queue-managers';
import { RedisTaskStore } from '@a2a-redis/task-store';

import { RedisStreamsQueueManager } from '../src/redis-streams-queue-manager.ts';

/** What the suites of all queue managers on Redis are run on here. */
export const STREAMS: RedisQueueManagerSubject = {
  name: 'RedisStreamsQueueManager',
  openQueues: (client, options) => new RedisStreamsQueueManager(client, options),
  openStore: (client, prefix, options) => new RedisTaskStore(client, { prefix, ...options }),
  taskKeys: ['log', 'state'],
  stateFields: ['epoch', 'last', 'open', 'paused'],
};
