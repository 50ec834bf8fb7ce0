import { describeClusterCrash } from '@a2a-redis-internal/contract/redis-task-stores';

import { describeWithJsonCluster } from './servers.ts';
import { DOCUMENTS } from './subject.ts';

describeWithJsonCluster('a cluster', (url) => {
  describeClusterCrash(DOCUMENTS, () => url);
});
