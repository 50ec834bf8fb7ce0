import {
  type RedisTaskStoreSubject,
  toldLayout,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { shareCluster, shareServer } from '@a2a-redis-internal/contract/shared-server';
import { startRedisCluster, startRedisServer } from '@a2a-redis-internal/redis-server';
import { describe } from 'vitest';

import { RedisTaskStore } from '../src/index.ts';

/** What the suite of all task stores on Redis is run on. */
export const SUBJECT: RedisTaskStoreSubject = {
  name: 'RedisTaskStore',
  // Told, as suites count calls: see layout.test.ts.
  open: (client, options) => new RedisTaskStore(client, { layout: toldLayout(client), ...options }),
  appender: new URL('workers/append.mjs', import.meta.url),
  describeOnServer: (name, declare) => {
    describe(name, () => {
      declare(shareServer(startRedisServer));
    });
  },
  describeOnCluster: (name, declare) => {
    describe(name, () => {
      declare(shareCluster(startCluster));
    });
  },
  describeOnOwnServers: (name, declare) => {
    describe(name, () => {
      declare((options) => startRedisServer({ ...options, processControl: true }));
    });
  },
};

async function startCluster(): Promise<{ url: string; stop: () => Promise<void> }> {
  const cluster = await startRedisCluster();
  return { url: cluster.urls[0] ?? '', stop: async () => cluster.stop() };
}
