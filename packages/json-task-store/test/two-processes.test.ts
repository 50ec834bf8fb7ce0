import {
  describeManyWriters,
  describeManyWritersOnCluster,
} from '@a2a-redis-internal/contract/redis-task-stores';

import { describeWithJson, describeWithJsonCluster } from './servers.ts';
import { DOCUMENTS } from './subject.ts';

const worker = new URL('workers/append.mjs', import.meta.url);

describeWithJson('a server', ({ url }) => {
  describeManyWriters(DOCUMENTS, worker, () => url);
});

describeWithJsonCluster('a cluster', (url) => {
  describeManyWritersOnCluster(DOCUMENTS, worker, () => url);
});
