import { describeRedisTaskStore } from '@a2a-redis-internal/contract/redis-task-stores';

import { SUBJECT } from './subject.ts';

describeRedisTaskStore(SUBJECT);
