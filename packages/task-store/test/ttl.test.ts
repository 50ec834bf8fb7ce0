import { describeRetention } from '@a2a-redis-internal/contract/redis-task-stores';
import { useRedis } from '@a2a-redis-internal/contract/use-redis';

import { HASHES } from './subject.ts';

describeRetention(HASHES, useRedis());
