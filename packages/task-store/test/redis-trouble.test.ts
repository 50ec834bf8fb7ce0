import { describeRedisTrouble } from '@a2a-redis-internal/contract/redis-task-stores';
import { startRedisServer } from '@a2a-redis-internal/redis-server';

import { HASHES } from './subject.ts';

describeRedisTrouble(HASHES, async (options) =>
  startRedisServer({ ...options, processControl: true }),
);
