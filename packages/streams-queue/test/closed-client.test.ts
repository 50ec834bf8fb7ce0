import { describeClosedClient } from '@a2a-redis-internal/contract/redis-queue-managers';

import { STREAMS } from './subject.ts';

describeClosedClient(STREAMS);
