import { once } from 'node:events';
import { createServer } from 'node:net';

import { connect } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import type { RedisClientType } from 'redis';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { chunkOf, configOf, CONTEXT, statusOf } from './responses.ts';
import { Receiver } from './scripted-receiver.ts';
import { Deliveries, FAST } from './support.ts';

let server: RedisServer;
let client: RedisClientType;

beforeAll(async () => {
  server = await startRedisServer({ persistence: true });
  client = await connect(server.url);
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

/** A port on which nobody listens. */
async function deadPort(): Promise<number> {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  holder.close();
  await once(holder, 'close');
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

test('a receiver that is away for long gets all of it when it is back, in order', async () => {
  await using deliveries = new Deliveries(client);
  // An hour of pauses from 5 s on, in milliseconds for seconds.
  const push = deliveries.open({ ...FAST, retry: { baseMs: 5, maxMs: 600 } });
  const port = await deadPort();
  await deliveries.configs.save('t', CONTEXT, configOf('t', 'a', `http://127.0.0.1:${port}/`));
  await push.send(statusOf('t', 'working'), CONTEXT);
  for (const text of ['0', '1', '2']) await push.send(chunkOf('t', text), CONTEXT);
  await push.send(statusOf('t', 'completed'), CONTEXT);
  await expect
    .poll(async () => (await push.lanes(CONTEXT, 't'))[0]?.failures ?? 0)
    .toBeGreaterThanOrEqual(9);
  await using receiver = await Receiver.start(() => 200, port);
  await expect
    .poll(() => receiver.arrived())
    .toEqual(['working', 'chunk 0', 'chunk 1', 'chunk 2', 'completed']);
  expect(receiver.received).toHaveLength(5);
  expect((await push.deadLetters(CONTEXT)).letters).toEqual([]);
});

test.each([
  ['seconds', () => '1'],
  ['a date', () => new Date(Date.now() + 2000).toUTCString()],
])('a receiver that asks for time with Retry-After as %s gets it', async (_form, retryAfter) => {
  const times: number[] = [];
  await using receiver = await Receiver.start(({ number }, response) => {
    times.push(performance.now());
    if (number > 1) return 200;
    response.setHeader('retry-after', retryAfter());
    return 429;
  });
  await using deliveries = new Deliveries(client);
  const push = deliveries.open({ ...FAST, retry: { baseMs: 1, maxMs: 1 } });
  await deliveries.configs.save('t', CONTEXT, configOf('t', 'a', receiver.url()));
  await push.send(statusOf('t', 'completed'), CONTEXT);
  await expect.poll(() => receiver.arrived()).toEqual(['completed']);
  expect(times).toHaveLength(2);
  // A date has whole seconds.
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
});

test('two configs with the same URL get each event under ids of their own', async () => {
  await using receiver = await Receiver.start();
  await using deliveries = new Deliveries(client);
  const push = deliveries.open();
  await deliveries.configs.save('t', CONTEXT, configOf('t', 'one', receiver.url()));
  await deliveries.configs.save('t', CONTEXT, configOf('t', 'two', receiver.url()));
  await push.send(statusOf('t', 'completed'), CONTEXT);
  await expect.poll(() => receiver.received.length).toBe(2);
  expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(2);
});

test('a push store that is the SDK’s own will do, in one process', async () => {
  const { InMemoryPushNotificationStore } = await import('@a2a-js/sdk/server');
  const { RedisPushNotificationSender } = await import('../src/index.ts');
  await using receiver = await Receiver.start();
  await using deliveries = new Deliveries(client);
  const store = new InMemoryPushNotificationStore();
  await using push = new RedisPushNotificationSender(client, store, {
    ...FAST,
    prefix: `${deliveries.prefix}delivery:`,
  });
  await store.save('t', CONTEXT, configOf('t', 'a', receiver.url()));
  await push.send(statusOf('t', 'working'), CONTEXT);
  await push.send(statusOf('t', 'completed'), CONTEXT);
  await expect.poll(() => receiver.arrived()).toEqual(['working', 'completed']);
});

test('1,000 tasks that end at once, with three configs each: each once, in order', async () => {
  await using receiver = await Receiver.start();
  await using deliveries = new Deliveries(client);
  const push = deliveries.open({ ...FAST, concurrencyPerHost: 32 });
  const tasks = Array.from({ length: 1000 }, (_, index) => `t${index}`);
  await Promise.all(
    tasks.map(async (taskId) => {
      for (const id of ['a', 'b', 'c']) {
        await deliveries.configs.save(
          taskId,
          CONTEXT,
          configOf(taskId, id, receiver.url(`/${taskId}/${id}`)),
        );
      }
    }),
  );
  await Promise.all(tasks.map(async (taskId) => push.send(statusOf(taskId, 'completed'), CONTEXT)));
  await expect.poll(() => receiver.received.length, { timeout: 90_000 }).toBe(3000);
  expect(new Set(receiver.received.map(({ path }) => path)).size).toBe(3000);
  expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(3000);
  await expect
    .poll(async () => push.stats())
    .toMatchObject({ waiting: 0, inFlight: 0, attempts: { delivered: 3000, retried: 0 } });
});

test('what was queued is delivered after Redis was killed and is back', async () => {
  await using receiver = await Receiver.start();
  await using deliveries = new Deliveries(client);
  const web = deliveries.open({ ...FAST, deliver: false });
  await deliveries.configs.save('t', CONTEXT, configOf('t', 'a', receiver.url()));
  await web.send(statusOf('t', 'working'), CONTEXT);
  await web.send(statusOf('t', 'completed'), CONTEXT);
  await server.kill();
  const worker = deliveries.open();
  const late = web.send(chunkOf('t', 'late'), CONTEXT);
  await server.restart();
  await late;
  await expect.poll(() => receiver.arrived()).toEqual(['working', 'completed', 'chunk late']);
  await expect.poll(async () => worker.stats()).toMatchObject({ waiting: 0 });
});
