import { connect } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import type { RedisClientType } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { Receiver } from './scripted-receiver.ts';
import { chunkOf, configOf, CONTEXT, statusOf } from './responses.ts';
import { Deliveries, FAST } from './support.ts';

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

describe('a notification', () => {
  test('arrives at each config of its task, once and in order', async () => {
    await using receiver = await Receiver.start();
    await using deliveries = new Deliveries(client);
    const push = deliveries.open();
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'one', receiver.url('/one')));
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'two', receiver.url('/two')));
    await push.send(statusOf('t', 'working'), CONTEXT);
    for (const text of ['0', '1', '2']) await push.send(chunkOf('t', text), CONTEXT);
    await push.send(statusOf('t', 'completed'), CONTEXT);
    await expect.poll(() => receiver.received.length).toBe(10);
    const expected = ['working', 'chunk 0', 'chunk 1', 'chunk 2', 'completed'];
    expect(receiver.arrived('/one')).toEqual(expected);
    expect(receiver.arrived('/two')).toEqual(expected);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(10);
    await expect.poll(async () => push.stats()).toMatchObject({ waiting: 0, due: 0, inFlight: 0 });
    expect((await push.stats()).attempts).toEqual({ delivered: 10, retried: 0, dead: 0, stale: 0 });
    expect(deliveries.errors).toEqual([]);
    // What was delivered is gone; what is known by its publisher stays for a while.
    expect(await deliveries.keys()).toEqual(['{acme:ann:t}:lanes']);
  });

  test('has the headers and the body of the SDK, and those of Standard Webhooks', async () => {
    await using receiver = await Receiver.start();
    await using deliveries = new Deliveries(client);
    const push = deliveries.open();
    const secret = { authentication: { scheme: 'Bearer', credentials: 'secret' } };
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'a', receiver.url('/a'), secret));
    await push.send(statusOf('t', 'working'), CONTEXT);
    await expect.poll(() => receiver.received.length).toBe(1);
    const [{ headers, body } = { headers: {}, body: '' }] = receiver.received;
    expect(JSON.parse(body)).toEqual({
      statusUpdate: { taskId: 't', contextId: 'c', status: { state: 'TASK_STATE_WORKING' } },
    });
    expect(headers).toMatchObject({
      'content-type': 'application/a2a+json',
      'a2a-version': '1.0',
      authorization: 'Bearer secret',
      'webhook-id': expect.stringMatching(/^msg_[\w-]{32}$/u),
      'webhook-timestamp': expect.stringMatching(/^\d{10}$/u),
    });
  });

  test('of a task without configs leaves nothing in Redis', async () => {
    await using deliveries = new Deliveries(client);
    await deliveries.open().send(statusOf('t', 'working'), CONTEXT);
    expect(await deliveries.keys()).toEqual([]);
  });

  test('goes to no config that was registered after it', async () => {
    await using receiver = await Receiver.start();
    await using deliveries = new Deliveries(client);
    const push = deliveries.open();
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'one', receiver.url('/one')));
    await push.send(statusOf('t', 'working'), CONTEXT);
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'two', receiver.url('/two')));
    await push.send(statusOf('t', 'completed'), CONTEXT);
    await expect.poll(() => receiver.received.length).toBe(3);
    expect(receiver.arrived('/one')).toEqual(['working', 'completed']);
    expect(receiver.arrived('/two')).toEqual(['completed']);
  });
});

describe('a receiver in trouble', () => {
  test('that answers 500 nine times gets each event at last, in order, under one id', async () => {
    await using receiver = await Receiver.start(({ number }) => (number <= 9 ? 500 : 200));
    await using deliveries = new Deliveries(client);
    const push = deliveries.open();
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'a', receiver.url('/a')));
    await push.send(statusOf('t', 'working'), CONTEXT);
    await push.send(statusOf('t', 'completed'), CONTEXT);
    await expect.poll(() => receiver.arrived('/a')).toEqual(['working', 'completed']);
    const ids = receiver.received.map(({ id }) => id);
    expect(ids.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => ids[0]));
    expect(ids[10]).not.toBe(ids[0]);
    expect(ids).toHaveLength(11);
    await expect
      .poll(async () => (await push.stats()).attempts)
      .toEqual({ delivered: 2, retried: 9, dead: 0, stale: 0 });
  });

  test('that refuses an event gets the next one; the refused one is a dead letter', async () => {
    await using receiver = await Receiver.start(({ number }) => (number === 1 ? 410 : 200));
    await using deliveries = new Deliveries(client);
    const push = deliveries.open();
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'a', receiver.url('/a?key=secret')));
    await push.send(statusOf('t', 'working'), CONTEXT);
    await push.send(statusOf('t', 'completed'), CONTEXT);
    await expect.poll(() => receiver.arrived()).toEqual(['completed']);
    const { letters, nextPageToken } = await push.deadLetters(CONTEXT);
    expect(nextPageToken).toBeUndefined();
    expect(letters).toEqual([
      {
        id: receiver.received[0]?.id,
        taskId: 't',
        configId: 'a',
        reason: expect.stringContaining('410'),
        status: 410,
        attempts: 1,
        queuedAt: expect.any(Number),
        diedAt: expect.any(Number),
        response: receiver.received[0]?.body,
      },
    ]);
    expect(JSON.stringify(letters)).not.toContain('secret');
  });

  test('does not keep the other configs of the task waiting', async () => {
    await using receiver = await Receiver.start(({ path }) => (path === '/bad' ? 503 : 200));
    await using deliveries = new Deliveries(client);
    const push = deliveries.open({ ...FAST, retry: { baseMs: 60_000, maxMs: 60_000 } });
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'bad', receiver.url('/bad')));
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'good', receiver.url('/good')));
    for (const state of ['submitted', 'working', 'completed']) {
      await push.send(statusOf('t', state), CONTEXT);
    }
    await expect
      .poll(() => receiver.arrived('/good'))
      .toEqual(['submitted', 'working', 'completed']);
    await expect
      .poll(async () => push.lanes(CONTEXT, 't'))
      .toContainEqual(expect.objectContaining({ configId: 'bad', waiting: 3, failures: 1 }));
    expect(receiver.received.filter(({ path }) => path === '/bad')).toHaveLength(1);
  });

  test('gets dead letters once its attempts are used up, and the lane goes on', async () => {
    await using receiver = await Receiver.start(({ number }) => (number <= 3 ? 503 : 200));
    await using deliveries = new Deliveries(client);
    const push = deliveries.open({ ...FAST, retry: { baseMs: 5, maxMs: 20, maxAttempts: 3 } });
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'a', receiver.url()));
    await push.send(statusOf('t', 'working'), CONTEXT);
    await push.send(statusOf('t', 'completed'), CONTEXT);
    await expect.poll(() => receiver.arrived()).toEqual(['completed']);
    const { letters } = await push.deadLetters(CONTEXT);
    expect(letters).toMatchObject([{ attempts: 3, status: 503, taskId: 't' }]);
  });
});

describe('a config', () => {
  test('that is deleted while deliveries are due gets nothing more', async () => {
    await using receiver = await Receiver.start(() => 503);
    await using deliveries = new Deliveries(client);
    const push = deliveries.open();
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'a', receiver.url()));
    await push.send(statusOf('t', 'working'), CONTEXT);
    await expect.poll(() => receiver.received.length).toBeGreaterThan(0);
    await deliveries.configs.delete('t', CONTEXT, 'a');
    await expect.poll(async () => push.lanes(CONTEXT, 't')).toEqual([]);
    await expect.poll(async () => push.stats()).toMatchObject({ waiting: 0, inFlight: 0 });
    expect((await push.deadLetters(CONTEXT)).letters).toEqual([]);
  });

  test('that is changed while deliveries are due gets them at its new URL', async () => {
    await using receiver = await Receiver.start(({ path }) => (path === '/old' ? 503 : 200));
    await using deliveries = new Deliveries(client);
    const push = deliveries.open();
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'a', receiver.url('/old')));
    await push.send(statusOf('t', 'working'), CONTEXT);
    await push.send(statusOf('t', 'completed'), CONTEXT);
    await expect.poll(() => receiver.received.length).toBeGreaterThan(0);
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'a', receiver.url('/new')));
    await expect.poll(() => receiver.arrived('/new')).toEqual(['working', 'completed']);
  });
});
