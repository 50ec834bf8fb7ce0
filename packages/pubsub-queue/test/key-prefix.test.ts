import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { useServer } from '@a2a-redis-internal/contract/shared-server';
import { createClient } from 'redis';
import { expect, it } from 'vitest';

import { RedisPubSubQueueManager } from '../src/redis-pubsub-queue-manager.ts';
import { chunkOf, textOf } from './chunk-of.ts';

const used = useServer();

it('a queue is one for clients of the same key prefix, and another without', async () => {
  const prefix = newPrefix();
  const plain = await connect(used.url);
  const prefixed = [0, 1].map(() => createClient({ url: used.url, keyPrefix: 'app:' }));
  await Promise.all(prefixed.map(async (client) => client.connect()));
  const managers = [plain, ...prefixed].map(
    (client) => new RedisPubSubQueueManager(client, { prefix }),
  );
  const [foreign, writer, reader] = await Promise.all(
    managers.map(async (each) => each.createOrTap('q')),
  );
  await foreign?.enqueueEvent(chunkOf('foreign'));
  await writer?.enqueueEvent(chunkOf('own'));
  expect(textOf(await reader?.dequeueEvent())).toBe('own');
  expect(await managers[1]?.tap('q')).toBeDefined();
  await foreign?.close();
  expect(await managers[0]?.tap('q')).toBeUndefined();
  await Promise.all(managers.map(async (each) => each.close()));
  for (const client of [plain, ...prefixed]) client.destroy();
});
