import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisCluster, startRedisCluster } from '@a2a-redis-internal/redis-server';
import { connectToCluster } from '@a2a-redis-internal/contract/shared-server';
import { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';
import type { RedisClusterType } from 'redis';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { RedisPushNotificationSender } from '../src/index.ts';
import { chunkOf, configOf, CONTEXT, statusOf } from './responses.ts';
import { Receiver } from './scripted-receiver.ts';
import { FAST } from './support.ts';

let cluster: RedisCluster;
let client: RedisClusterType;

beforeAll(async () => {
  cluster = await startRedisCluster();
  client = await connectToCluster(cluster.urls[0] ?? '');
});
afterAll(async () => {
  await client.close();
  await cluster.stop();
});

test('on a cluster, where tasks and the schedule are on different servers, all arrive in order', async () => {
  await using receiver = await Receiver.start(({ number }) => (number % 3 === 1 ? 503 : 200));
  const prefix = newPrefix();
  const errors: Error[] = [];
  const configs = new RedisPushNotificationConfigStore(client, { prefix: `${prefix}configs:` });
  await using push = new RedisPushNotificationSender(client, configs, {
    ...FAST,
    prefix: `${prefix}delivery:`,
    onError: (error) => errors.push(error),
  });
  const tasks = Array.from({ length: 12 }, (_, index) => `t${index}`);
  await Promise.all(
    tasks.map(async (taskId) => {
      await configs.save(taskId, CONTEXT, configOf(taskId, 'a', receiver.url(`/${taskId}`)));
      await push.send(statusOf(taskId, 'working'), CONTEXT);
      for (const text of ['0', '1']) await push.send(chunkOf(taskId, text), CONTEXT);
      await push.send(statusOf(taskId, 'completed'), CONTEXT);
    }),
  );
  for (const taskId of tasks) {
    await expect
      .poll(() => receiver.arrived(`/${taskId}`))
      .toEqual(['working', 'chunk 0', 'chunk 1', 'completed']);
  }
  await expect
    .poll(async () => (await push.stats()).attempts)
    .toMatchObject({ delivered: 48, dead: 0, stale: 0 });
  expect(errors).toEqual([]);
});

test('on a cluster, dead letters are listed, and replayed', async () => {
  let status = 410;
  await using receiver = await Receiver.start(() => status);
  const prefix = newPrefix();
  const configs = new RedisPushNotificationConfigStore(client, { prefix: `${prefix}configs:` });
  await using push = new RedisPushNotificationSender(client, configs, {
    ...FAST,
    prefix: `${prefix}delivery:`,
  });
  await configs.save('t', CONTEXT, configOf('t', 'a', receiver.url()));
  await push.send(statusOf('t', 'completed'), CONTEXT);
  await expect.poll(async () => (await push.deadLetters(CONTEXT)).letters).toHaveLength(1);
  status = 200;
  expect(await push.replay(CONTEXT)).toEqual({
    replayed: 1,
    unregistered: 0,
    nextPageToken: undefined,
  });
  await expect.poll(() => receiver.arrived()).toEqual(['completed']);
  expect((await push.deadLetters(CONTEXT)).letters).toEqual([]);
});
