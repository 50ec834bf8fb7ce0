import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { type Replica, startReplica } from '@a2a-redis-internal/replicas';
import { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';
import type { RedisClientType } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { RedisPushNotificationSender } from '../src/index.ts';
import { Receiver } from './scripted-receiver.ts';
import type { SenderCalls } from './replica.ts';
import { configOf, CONTEXT, statusOf } from './responses.ts';
import { FAST } from './support.ts';

const STATES = ['submitted', 'working', 'completed'];
/** Longer than any test: nothing is found by looking now and then. */
const NEVER = 3_600_000;

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

async function startSender(
  name: string,
  prefix: string,
  options: object,
): Promise<Replica<SenderCalls>> {
  return startReplica<SenderCalls>({
    module: new URL('replica.ts', import.meta.url),
    name,
    env: {
      REDIS_URL: server.url,
      PREFIX: prefix,
      SENDER_OPTIONS: JSON.stringify({ ...FAST, ...options }),
    },
  });
}

function configsOf(prefix: string): RedisPushNotificationConfigStore {
  return new RedisPushNotificationConfigStore(client, { prefix: `${prefix}configs:` });
}

describe('two processes', () => {
  test('one queues, the other delivers', async () => {
    const prefix = newPrefix();
    await using receiver = await Receiver.start();
    await using web = await startSender('web', prefix, { deliver: false });
    await configsOf(prefix).save('t', CONTEXT, configOf('t', 'a', receiver.url()));
    await web.call('send', 't', STATES);
    await web.kill();
    expect(receiver.received).toEqual([]);
    await using worker = await startSender('worker', prefix, {});
    await expect.poll(() => receiver.arrived()).toEqual(STATES);
    expect(receiver.received).toHaveLength(3);
    expect(await worker.call('errors')).toEqual([]);
  });

  test('one that has nothing to do is told what the other has queued, put off, or let go on', async () => {
    const prefix = newPrefix();
    await using receiver = await Receiver.start(({ number }) => (number === 3 ? 400 : 204));
    await using worker = await startSender('worker', prefix, { lookMs: NEVER });
    await configsOf(prefix).save('t', CONTEXT, configOf('t', 'a', receiver.url()));
    await using web = new RedisPushNotificationSender(client, configsOf(prefix), {
      ...FAST,
      deliver: false,
      prefix: `${prefix}delivery:`,
    });
    await web.send(statusOf('t', 'submitted'), CONTEXT);
    await expect.poll(() => receiver.arrived()).toEqual(['submitted']);
    await web.pause(CONTEXT, { taskId: 't', configId: 'a' });
    await web.send(statusOf('t', 'working'), CONTEXT);
    await web.resume(CONTEXT, { taskId: 't', configId: 'a' });
    await expect.poll(() => receiver.arrived()).toEqual(['submitted', 'working']);
    await web.send(statusOf('t', 'completed'), CONTEXT);
    await expect.poll(async () => (await web.deadLetters(CONTEXT)).letters).toHaveLength(1);
    expect(await web.replay(CONTEXT)).toMatchObject({ replayed: 1 });
    await expect.poll(() => receiver.arrived()).toEqual(STATES);
    expect(await worker.call('errors')).toEqual([]);
  });

  test('what one has in flight when it is killed, the other delivers once the lease is over', async () => {
    const prefix = newPrefix();
    // The first attempt is never answered.
    await using receiver = await Receiver.start(({ number }) => (number === 1 ? undefined : 200));
    await using victim = await startSender('victim', prefix, { leaseMs: 1000 });
    await configsOf(prefix).save('t', CONTEXT, configOf('t', 'a', receiver.url()));
    await victim.call('send', 't', STATES);
    await expect.poll(() => receiver.received.length).toBe(1);
    await victim.kill();
    await using survivor = await startSender('survivor', prefix, { leaseMs: 1000 });
    await expect.poll(() => receiver.arrived()).toEqual(STATES);
    const ids = receiver.received.map(({ id }) => id);
    expect(ids).toHaveLength(4);
    expect(ids[1]).toBe(ids[0]);
    expect(await survivor.call('errors')).toEqual([]);
  });

  test('one that is closed hands over at once', async () => {
    const prefix = newPrefix();
    await using receiver = await Receiver.start(({ number }) => (number === 1 ? undefined : 200));
    const lease = { leaseMs: 600_000, lookMs: NEVER };
    await using first = await startSender('first', prefix, lease);
    await using second = await startSender('second', prefix, lease);
    await configsOf(prefix).save('t', CONTEXT, configOf('t', 'a', receiver.url()));
    await first.call('send', 't', STATES);
    await expect.poll(() => receiver.received.length).toBe(1);
    await first.terminate();
    await expect.poll(() => receiver.arrived()).toEqual(STATES);
    await expect.poll(async () => (await second.call('stats')).delivered).toBe(3);
    expect(await second.call('errors')).toEqual([]);
  });

  test('one that is stopped for longer than its lease changes nothing when it goes on', async () => {
    const prefix = newPrefix();
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await using receiver = await Receiver.start(async ({ number }) => {
      if (number === 1) await held;
      return 200;
    });
    await using sleeper = await startSender('sleeper', prefix, { leaseMs: 1000 });
    await configsOf(prefix).save('t', CONTEXT, configOf('t', 'a', receiver.url()));
    await sleeper.call('send', 't', STATES);
    // It is about to be answered.
    await expect
      .poll(async () => client.hGet(`${prefix}delivery:{acme:ann:t}:lanes`, 'token'))
      .not.toBeNull();
    sleeper.pause();
    await using other = await startSender('other', prefix, { leaseMs: 1000 });
    await expect.poll(() => receiver.arrived()).toEqual(STATES);
    release();
    await expect.poll(() => receiver.received.length).toBe(4);
    sleeper.resume();
    await expect.poll(async () => (await sleeper.call('stats')).stale).toBe(1);
    expect((await other.call('stats')).delivered).toBe(3);
    expect((await sleeper.call('stats')).delivered).toBe(0);
    expect(await client.keys(`${prefix}delivery:{schedule}*`)).toEqual([]);
  });
});
