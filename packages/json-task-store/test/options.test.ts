import { describeOptions } from '@a2a-redis-internal/contract/redis-task-stores';

import { DOCUMENTS } from './subject.ts';

describeOptions(DOCUMENTS);
