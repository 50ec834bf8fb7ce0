import { shareServer } from '@a2a-redis-internal/contract/shared-server';
import { startRedisServer } from '@a2a-redis-internal/redis-server';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { taskOf } from '@a2a-redis-internal/contract/task-fixtures';
import { RedisTaskStore } from '@a2a-redis/task-store';
import { expect, test } from 'vitest';

import { RedisPushNotificationConfigStore } from '../src/index.ts';
import { configOf, CONTEXT } from './support.ts';

const server = shareServer(startRedisServer);

test('tasks and their configs live under one prefix, and neither touches the other', async () => {
  const prefix = newPrefix();
  const tasks = new RedisTaskStore(server.client, { prefix });
  const configs = new RedisPushNotificationConfigStore(server.client, { prefix });
  const task = taskOf('task');

  await configs.save('task', CONTEXT, configOf('before'));
  await tasks.save(task, CONTEXT);
  await configs.save('task', CONTEXT, configOf('after'));
  expect(await configs.load('task', CONTEXT)).toEqual([configOf('before'), configOf('after')]);
  expect(await tasks.load('task', CONTEXT)).toEqual(task);

  await configs.delete('task', CONTEXT);
  expect(await tasks.load('task', CONTEXT)).toEqual(task);

  await configs.save('task', CONTEXT, configOf('again'));
  expect(await tasks.delete('task', CONTEXT)).toBe(true);
  expect(await configs.load('task', CONTEXT)).toEqual([configOf('again')]);
  expect(await tasks.load('task', CONTEXT)).toBeUndefined();
});
