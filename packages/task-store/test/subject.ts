import type { RedisTaskStoreSubject } from '@a2a-redis-internal/contract/redis-task-stores';

import { RedisTaskStore } from '../src/index.ts';

/** What the suites of all task stores on Redis are run on here. */
export const HASHES: RedisTaskStoreSubject = {
  open: (client, options) => new RedisTaskStore(client, options),
};
