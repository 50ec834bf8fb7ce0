import { connect, longestCommand, newPrefix } from '@a2a-redis-internal/redis-clients';
import { startRedisServer } from '@a2a-redis-internal/redis-server';
import { expect, test } from 'vitest';

import { RedisPushNotificationConfigStore } from '../src/index.ts';
import { configOf, CONTEXT } from './support.ts';

test('no command gets larger with the number of configs', async () => {
  await using server = await startRedisServer();
  const client = await connect(server.url);
  const prefix = newPrefix();
  const store = new RedisPushNotificationConfigStore(client, { prefix, maxConfigsPerTask: 2000 });
  const longest = await longestCommand(server.url, async () => {
    for (let number = 0; number < 1500; number += 1) {
      await store.save('task', CONTEXT, configOf(String(number)));
    }
    expect(await store.load('task', CONTEXT)).toHaveLength(1500);
    await store.delete('task', CONTEXT, '7');
    await store.delete('task', CONTEXT);
  });
  // EVALSHA, the digest, the number of keys, the key and four arguments.
  expect(longest.size).toBe(8);
  client.destroy();
});
