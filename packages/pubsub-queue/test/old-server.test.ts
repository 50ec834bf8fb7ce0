import { describeOldServer } from '@a2a-redis-internal/contract/redis-queue-managers';

import { PUBSUB } from './subject.ts';

describeOldServer(PUBSUB);
