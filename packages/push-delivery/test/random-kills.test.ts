import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { connectToCluster } from '@a2a-redis-internal/contract/shared-server';
import { startRedisCluster, startRedisServer } from '@a2a-redis-internal/redis-server';
import { startReplica } from '@a2a-redis-internal/replicas';
import { randomOf } from '@a2a-redis-internal/agent-server/agents';
import { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';
import type { RedisScriptClient } from '@a2a-redis/core/shared';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';

import { RedisPushNotificationSender } from '../src/index.ts';
import { chunkOf, configOf, CONTEXT } from './responses.ts';
import { Receiver } from './scripted-receiver.ts';
import { FAST } from './support.ts';

/** How many processes are killed. A start takes seconds: the whole hundred is for a machine with time. */
const KILLS = Number(process.env['PUSH_KILLS'] ?? '4');
const TASKS = 5;
/** A start on a machine that does much else may take minutes, and says nothing of webhooks. */
const START_DEADLINE_MS = 300_000;

/** Where deliveries are kept. */
interface Place {
  readonly url: string;
  readonly client: RedisScriptClient;
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

async function oneServer(): Promise<Place> {
  const server = await startRedisServer();
  const client = await connect(server.url);
  return {
    url: server.url,
    client,
    env: {},
    stop: async () => {
      client.destroy();
      await server.stop();
    },
  };
}

async function aCluster(): Promise<Place> {
  const cluster = await startRedisCluster();
  const url = cluster.urls[0] ?? '';
  const client = await connectToCluster(url);
  return {
    url,
    client,
    env: { IS_CLUSTER: 'yes' },
    stop: async () => {
      await client.close();
      await cluster.stop();
    },
  };
}

test.for([
  ['one server', oneServer],
  ['a cluster', aCluster],
] as const)(
  `on %s, two processes deliver, and one is killed at random moments, ${KILLS} times: nothing is missing or out of order`,
  { timeout: 120_000 + KILLS * 60_000 },
  async ([, open], { annotate }) => {
    const place = await open();
    onTestFinished(async () => place.stop());
    const { url, client, env } = place;
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
        startDeadlineMs: START_DEADLINE_MS,
        env: {
          ...env,
          REDIS_URL: url,
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
    try {
      for (let kill = 0; kill < KILLS; kill += 1) {
        const victim = await start(`victim-${kill}`);
        await sleep(random.integer(1, 400));
        await victim.kill();
      }
    } finally {
      over.abort();
      await sending;
    }
    const expected = Array.from({ length: sent }, (_, index) => `chunk ${index}`);
    for (const taskId of tasks) {
      await expect
        .poll(() => receiver.arrived(`/${taskId}`).length, { timeout: 60_000 })
        .toBe(sent);
      expect(receiver.arrived(`/${taskId}`)).toEqual(expected);
    }
    const attempts = receiver.received.length;
    const ids = new Set(receiver.received.map(({ id }) => id)).size;
    expect(ids).toBe(sent * TASKS);
    await annotate(`${KILLS} kills, ${ids} ids in ${attempts} attempts`);
  },
);
