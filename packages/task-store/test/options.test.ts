import { describeOptions } from '@a2a-redis-internal/contract/redis-task-stores';

import { HASHES } from './subject.ts';

describeOptions(HASHES);
