import { describeClusterCrash } from '@a2a-redis-internal/contract/redis-task-stores';
import { useCluster } from '@a2a-redis-internal/contract/use-redis';

import { HASHES } from './subject.ts';

describeClusterCrash(HASHES, useCluster());
