import { connect, IOREDIS, newPrefix } from '@a2a-redis-internal/redis-clients';
import { useServer } from '@a2a-redis-internal/contract/shared-server';
import { createClient } from 'redis';
import { expect, it } from 'vitest';

import { RedisPubSubQueueManager } from '../src/redis-pubsub-queue-manager.ts';
import { chunkOf, textOf } from './chunk-of.ts';

const used = useServer();

/** Connects two clients that put the same before their keys. */
const PREFIXED = {
  'node-redis': async () =>
    Promise.all(
      [0, 1].map(async () => createClient({ url: used.url, keyPrefix: 'app:' }).connect()),
    ),
  'ioredis, beside node-redis': async () => [
    IOREDIS['ioredis 6'].connect(used.url, { keyPrefix: 'app:' }),
    await createClient({ url: used.url, keyPrefix: 'app:' }).connect(),
  ],
};

it.each(Object.entries(PREFIXED))(
  'a queue is one for clients of the same key prefix, and another without: %s',
  async (_name, connectBoth) => {
    const prefix = newPrefix();
    const plain = await connect(used.url);
    const prefixed = await connectBoth();
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
  },
);
