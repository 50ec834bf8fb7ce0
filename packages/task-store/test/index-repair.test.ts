import { describeIndexRepair, useRedis } from '@a2a-redis-internal/contract/redis-task-stores';

import { HASHES } from './subject.ts';

describeIndexRepair(HASHES, useRedis());
