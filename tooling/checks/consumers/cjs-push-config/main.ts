import assert from 'node:assert/strict';

import { TaskPushNotificationConfig } from '@a2a-js/sdk';
import { type PushNotificationStore, ServerCallContext } from '@a2a-js/sdk/server';
import { A2ARedisError } from '@a2a-redis/core';
import { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';
import { createClient } from 'redis';

async function main(): Promise<void> {
  assert.equal(typeof require, 'function', 'this program must run as CommonJS');
  const context = new ServerCallContext({ tenant: 'consumer' });
  const config = TaskPushNotificationConfig.fromJSON({
    id: 'config-1',
    taskId: 'task-1',
    url: 'https://example.com/hook',
    token: 'secret',
  });

  const client = createClient({ url: process.env['REDIS_URL'] ?? '' });
  client.on('error', (error: unknown) => console.error(error));
  await client.connect();
  try {
    const store: PushNotificationStore = new RedisPushNotificationConfigStore(client, {
      prefix: 'consumer:push:',
    });
    await store.save('task-1', context, config);
    assert.deepEqual(await store.load('task-1', context), [config]);
    assert.deepEqual(await store.load('task-2', context), []);
    // One copy of core: what the adapter throws is an instance of the class imported here.
    await assert.rejects(store.load('', context), A2ARedisError);
  } finally {
    await client.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
