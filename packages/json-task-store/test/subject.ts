import type { RedisTaskStoreSubject } from '@a2a-redis-internal/contract/redis-task-stores';

import { RedisJSONTaskStore } from '../src/index.ts';

/** What the suites of all task stores on Redis are run on here. */
export const DOCUMENTS: RedisTaskStoreSubject = {
  open: (client, options) => new RedisJSONTaskStore(client, options),
};
