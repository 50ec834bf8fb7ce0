/** A replica as the demo starts it. */
import { serveReplica } from '@a2a-redis-internal/replicas';

import { startServer } from './server.ts';

const { REDIS_URL, PUBLIC_URL, PREFIX = 'story:', PACE_MS = '100', FAILOVER_MS } = process.env;

serveReplica({
  async start() {
    return startServer({
      redisUrl: REDIS_URL,
      queues: 'streams',
      prefix: PREFIX,
      port: 0,
      publicUrl: PUBLIC_URL,
      paceMs: Number(PACE_MS),
      failoverMs: Number(FAILOVER_MS ?? 15_000),
    });
  },
});
