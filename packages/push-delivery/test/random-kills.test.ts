import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { startReplica } from '@a2a-redis-internal/replicas';
import { randomOf } from '@a2a-redis-internal/agent-server/agents';
import { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';
import type { RedisClientType } from 'redis';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { RedisPushNotificationSender } from '../src/index.ts';
import { chunkOf, configOf, CONTEXT } from './responses.ts';
import { Receiver } from './scripted-receiver.ts';
import { FAST } from './support.ts';

/** How many processes are killed. A start takes seconds: the whole hundred is for a machine with time. */
const KILLS = Number(process.env['PUSH_KILLS'] ?? '4');
const TASKS = 5;

let server: RedisServer;
let client: RedisClientType;

beforeAll(async () => {
  server = await startRedisServer();
  client = await connect(server.url);
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

test(
  `two processes deliver, and one is killed at random moments, ${KILLS} times: nothing is missing or out of order`,
  { timeout: 120_000 + KILLS * 60_000 },
  async () => {
    const random = randomOf(16);
    const prefix = newPrefix();
    await using receiver = await Receiver.start(({ number }) => (number % 7 === 0 ? 503 : 200));
    const configs = new RedisPushNotificationConfigStore(client, { prefix: `${prefix}configs:` });
    await using web = new RedisPushNotificationSender(client, configs, {
      ...FAST,
      deliver: false,
      prefix: `${prefix}delivery:`,
    });
    const tasks = Array.from({ length: TASKS }, (_, index) => `t${index}`);
    for (const taskId of tasks) {
      await configs.save(taskId, CONTEXT, configOf(taskId, 'a', receiver.url(`/${taskId}`)));
    }
    const start = async (name: string): ReturnType<typeof startReplica> =>
      startReplica({
        module: new URL('replica.ts', import.meta.url),
        name,
        env: {
          REDIS_URL: server.url,
          PREFIX: prefix,
          SENDER_OPTIONS: JSON.stringify({ ...FAST, leaseMs: 1000, lookMs: 500 }),
        },
      });
    await using _steady = await start('steady');
    let sent = 0;
    const over = new AbortController();
    const sending = (async (): Promise<void> => {
      while (!over.signal.aborted) {
        for (const taskId of tasks) await web.send(chunkOf(taskId, String(sent)), CONTEXT);
        sent += 1;
        await sleep(5);
      }
    })();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const victim = await start(`victim-${kill}`);
      await sleep(random.integer(1, 400));
      await victim.kill();
    }
    over.abort();
    await sending;
    const expected = Array.from({ length: sent }, (_, index) => `chunk ${index}`);
    for (const taskId of tasks) {
      await expect
        .poll(() => receiver.arrived(`/${taskId}`).length, { timeout: 60_000 })
        .toBe(sent);
      expect(receiver.arrived(`/${taskId}`)).toEqual(expected);
    }
  },
);
