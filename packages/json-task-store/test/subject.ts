import {
  type RedisTaskStoreSubject,
  toldLayout,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { shareCluster } from '@a2a-redis-internal/contract/shared-server';

import { RedisJSONTaskStore } from '../src/index.ts';
import {
  describeWithJson,
  describeWithJsonCluster,
  describeWithJsonProcess,
  startJsonProcess,
} from './servers.ts';

/** What the suite of all task stores on Redis is run on. */
export const SUBJECT: RedisTaskStoreSubject = {
  name: 'RedisJSONTaskStore',
  // Told, as suites count calls.
  open: (client, options) =>
    new RedisJSONTaskStore(client, { layout: toldLayout(client), ...options }),
  appender: new URL('workers/append.mjs', import.meta.url),
  describeOnServer: describeWithJson,
  describeOnCluster: (name, declare) => {
    describeWithJsonCluster(name, (url) => {
      declare(shareCluster(async () => ({ url })));
    });
  },
  describeOnOwnServers: (name, declare) => {
    describeWithJsonProcess(name, () => {
      declare(startJsonProcess);
    });
  },
};
