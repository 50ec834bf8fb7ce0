import { describeOldServer } from '@a2a-redis-internal/contract/redis-queue-managers';

import { STREAMS } from './subject.ts';

describeOldServer(STREAMS);
