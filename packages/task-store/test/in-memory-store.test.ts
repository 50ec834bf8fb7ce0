import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { describeEqualAnswers, describeEqualTasks } from '@a2a-redis-internal/contract';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import type { TaskStore } from '@a2a-js/sdk/server';
import type { RedisClientType } from 'redis';
import { afterAll, beforeAll } from 'vitest';

import { RedisTaskStore } from '../src/index.ts';

let server: RedisServer;
let client: RedisClientType;

beforeAll(async () => {
  server = await startRedisServer();
  client = await connect(server.url);
});

afterAll(async () => {
  await client.close();
  await server.stop();
});

const makeStore = (): TaskStore => new RedisTaskStore(client, { prefix: newPrefix() });
const makeForgetfulStore = (): TaskStore =>
  new RedisTaskStore(client, { prefix: newPrefix(), cacheMaxBytes: 1 });

describeEqualAnswers('RedisTaskStore', makeStore, 100);
describeEqualTasks('RedisTaskStore', makeStore, 100);
describeEqualAnswers('RedisTaskStore without room to remember a task', makeForgetfulStore, 40);
describeEqualTasks('RedisTaskStore without room to remember a task', makeForgetfulStore, 40);
