import { useRedis } from '@a2a-redis-internal/contract/use-redis';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { describeEqualAnswers, describeEqualTasks } from '@a2a-redis-internal/contract';
import type { TaskStore } from '@a2a-js/sdk/server';

import { RedisTaskStore } from '../src/index.ts';

const redis = useRedis();

const makeStore = (): TaskStore => new RedisTaskStore(redis(), { prefix: newPrefix() });
const makeForgetfulStore = (): TaskStore =>
  new RedisTaskStore(redis(), { prefix: newPrefix(), cacheMaxBytes: 1 });

describeEqualAnswers('RedisTaskStore', makeStore, 100);
describeEqualTasks('RedisTaskStore', makeStore, 100);
describeEqualAnswers('RedisTaskStore without room to remember a task', makeForgetfulStore, 40);
describeEqualTasks('RedisTaskStore without room to remember a task', makeForgetfulStore, 40);
