import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { describeEqualAnswers, describeEqualTasks } from '@a2a-redis-internal/contract';
import type { TaskStore } from '@a2a-js/sdk/server';

import { RedisJSONTaskStore } from '../src/index.ts';
import { describeWithJson } from './servers.ts';

describeWithJson('beside the in-memory store', (server) => {
  const makeStore = (): TaskStore => new RedisJSONTaskStore(server.client, { prefix: newPrefix() });
  const makeForgetfulStore = (): TaskStore =>
    new RedisJSONTaskStore(server.client, { prefix: newPrefix(), cacheMaxBytes: 1 });

  describeEqualAnswers('RedisJSONTaskStore', makeStore, 100);
  describeEqualTasks('RedisJSONTaskStore', makeStore, 100);
  describeEqualAnswers(
    'RedisJSONTaskStore without room to remember a task',
    makeForgetfulStore,
    40,
  );
  describeEqualTasks('RedisJSONTaskStore without room to remember a task', makeForgetfulStore, 40);
});
