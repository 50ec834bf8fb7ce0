import { describeQueueManagerContract } from '@a2a-redis-internal/contract';
import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { RedisTaskStore } from '@a2a-redis/task-store';
import { afterAll, beforeAll } from 'vitest';

import { RedisPubSubQueueManager } from '../src/redis-pubsub-queue-manager.ts';

let server: RedisServer;

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(async () => {
  await server.stop();
});

describeQueueManagerContract({
  name: 'RedisPubSubQueueManager',
  open: async () => {
    const client = await connect(server.url);
    const prefix = newPrefix();
    const store = new RedisTaskStore(client, { prefix: `${prefix}tasks:` });
    const errors: Error[] = [];
    const manager = new RedisPubSubQueueManager(client, {
      prefix: `${prefix}queues:`,
      taskStore: store,
      onError: (error) => {
        errors.push(error);
      },
    });
    return {
      manager,
      store,
      errors,
      distribute: (executor) => manager.distribute(executor),
      close: async () => {
        await manager.close();
        client.destroy();
      },
    };
  },
  capabilities: {
    storesEventsOnce: true,
    staysWhileExecuting: true,
    looksElsewhere: true,
    reportsListeners: true,
  },
});
