import {
  describeManyWriters,
  describeManyWritersOnCluster,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { useCluster, useServer } from '@a2a-redis-internal/contract/use-redis';

import { HASHES } from './subject.ts';

const worker = new URL('workers/append.mjs', import.meta.url);

const used = useServer();

describeManyWriters(HASHES, worker, () => used.url);
describeManyWritersOnCluster(HASHES, worker, useCluster());
