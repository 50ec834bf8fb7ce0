import { describeUpdates, useRedis } from '@a2a-redis-internal/contract/redis-task-stores';

import { HASHES } from './subject.ts';

describeUpdates(HASHES, useRedis());
