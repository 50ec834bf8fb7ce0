import { describeClusterCrash, useCluster } from '@a2a-redis-internal/contract/redis-task-stores';

import { HASHES } from './subject.ts';

describeClusterCrash(HASHES, useCluster());
