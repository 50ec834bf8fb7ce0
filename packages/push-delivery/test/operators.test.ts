import { connect } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import type { RedisClientType } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { chunkOf, configOf, CONTEXT, contextOf, statusOf, taskOf } from './responses.ts';
import { Receiver } from './scripted-receiver.ts';
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

describe('dead letters', () => {
  test('are listed by page for their scope alone, and replayed under their ids', async () => {
    let status = 404;
    await using receiver = await Receiver.start(() => status);
    await using deliveries = new Deliveries(client);
    const push = deliveries.open();
    const other = contextOf('other');
    for (const context of [CONTEXT, other]) {
      for (const taskId of ['t1', 't2', 't3']) {
        await deliveries.configs.save(taskId, context, configOf(taskId, 'a', receiver.url('/a')));
        await push.send(statusOf(taskId, 'completed'), context);
      }
    }
    await expect.poll(async () => (await push.stats()).attempts.dead).toBe(6);
    const first = await push.deadLetters(CONTEXT, { pageSize: 2 });
    const second = await push.deadLetters(CONTEXT, { pageSize: 2, pageToken: first.nextPageToken });
    expect([first.letters.length, second.letters.length]).toEqual([2, 1]);
    const letters = [...first.letters, ...second.letters];
    expect(letters.map(({ taskId }) => taskId).toSorted()).toEqual(['t1', 't2', 't3']);
    expect((await push.deadLetters(CONTEXT, { taskId: 't2' })).letters).toHaveLength(1);

    status = 200;
    const before = receiver.received.length;
    expect(await push.replay(CONTEXT, { taskId: 't2' })).toEqual({
      replayed: 1,
      unregistered: 0,
      nextPageToken: undefined,
    });
    await expect.poll(() => receiver.received.length).toBe(before + 1);
    const replayed = letters.find(({ taskId }) => taskId === 't2');
    expect(receiver.received.at(-1)?.id).toBe(replayed?.id);
    expect((await push.deadLetters(CONTEXT)).letters).toHaveLength(2);
    expect((await push.replay(CONTEXT)).replayed).toBe(2);
    await expect.poll(() => receiver.received.length).toBe(before + 3);
    expect((await push.deadLetters(CONTEXT)).letters).toEqual([]);
    expect((await push.deadLetters(other)).letters).toHaveLength(3);
    await expect.poll(async () => push.stats()).toMatchObject({ waiting: 0, inFlight: 0 });
    expect(deliveries.errors).toEqual([]);
  });

  test('are kept up to a number; a replay goes to its own config alone', async () => {
    let status = 404;
    await using receiver = await Receiver.start(({ path }) => (path === '/bad' ? status : 200));
    await using deliveries = new Deliveries(client);
    const push = deliveries.open({ ...FAST, maxDeadLetters: 2 });
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'bad', receiver.url('/bad')));
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'good', receiver.url('/good')));
    for (const text of ['0', '1', '2', '3']) await push.send(chunkOf('t', text), CONTEXT);
    await expect.poll(async () => (await push.stats()).attempts.dead).toBe(4);
    await expect.poll(() => receiver.arrived('/good')).toHaveLength(4);
    const { letters } = await push.deadLetters(CONTEXT);
    expect(
      letters.map(({ response }) => JSON.parse(response).artifactUpdate.artifact.parts[0].text),
    ).toEqual(['3', '2']);
    status = 200;
    await push.replay(CONTEXT);
    await expect.poll(() => receiver.arrived('/bad').length).toBe(2);
    expect(receiver.received.filter(({ path }) => path === '/good')).toHaveLength(4);
    await push.send(statusOf('t', 'completed'), CONTEXT);
    await expect.poll(() => receiver.arrived('/good').at(-1)).toBe('completed');
    await expect.poll(() => receiver.arrived('/bad').at(-1)).toBe('completed');
  });

  test('a page token of elsewhere is refused', async () => {
    await using deliveries = new Deliveries(client);
    const push = deliveries.open();
    await expect(push.deadLetters(CONTEXT, { pageToken: 'x' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});

describe('a pause', () => {
  test('keeps what comes, for that config alone, until it is over', async () => {
    await using receiver = await Receiver.start();
    await using deliveries = new Deliveries(client);
    const push = deliveries.open();
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'a', receiver.url('/a')));
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'b', receiver.url('/b')));
    await push.pause(CONTEXT, { taskId: 't', configId: 'a' });
    await push.send(statusOf('t', 'working'), CONTEXT);
    await push.send(statusOf('t', 'completed'), CONTEXT);
    await expect.poll(() => receiver.arrived('/b')).toEqual(['working', 'completed']);
    expect(await push.lanes(CONTEXT, 't')).toContainEqual(
      expect.objectContaining({ configId: 'a', waiting: 2, isPaused: true, attempts: 0 }),
    );
    expect(receiver.arrived('/a')).toEqual([]);
    await push.resume(CONTEXT, { taskId: 't', configId: 'a' });
    await expect.poll(() => receiver.arrived('/a')).toEqual(['working', 'completed']);
  });

  test('ends a long one after failures, too', async () => {
    let status = 503;
    await using receiver = await Receiver.start(() => status);
    await using deliveries = new Deliveries(client);
    const hours = { baseMs: 3_600_000, maxMs: 3_600_000 };
    const push = deliveries.open({ ...FAST, retry: hours });
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'a', receiver.url()));
    await push.send(statusOf('t', 'working'), CONTEXT);
    await expect
      .poll(async () => push.lanes(CONTEXT, 't'))
      .toMatchObject([{ waiting: 1, attempts: 1, failures: 1, isInFlight: false }]);
    status = 200;
    await push.resume(CONTEXT, { taskId: 't', configId: 'a' });
    await expect.poll(() => receiver.arrived()).toEqual(['working']);
  });

  test('that lasts gives up chunks for one snapshot, and no status; what was given up is counted', async () => {
    await using receiver = await Receiver.start();
    await using deliveries = new Deliveries(client);
    const push = deliveries.open({ ...FAST, maxBacklog: 8 });
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'a', receiver.url()));
    await push.pause(CONTEXT, { taskId: 't', configId: 'a' });
    await push.send(statusOf('t', 'submitted'), CONTEXT);
    await push.send(statusOf('t', 'working'), CONTEXT);
    for (let part = 0; part < 8; part += 1) {
      await push.send(chunkOf('t', `${part}`), CONTEXT, taskOf('t', 'working', part + 1));
    }
    await push.send(chunkOf('t', 'last'), CONTEXT, taskOf('t', 'working', 9));
    await push.send(statusOf('t', 'completed'), CONTEXT, taskOf('t', 'completed', 9));
    const [lane] = await push.lanes(CONTEXT, 't');
    expect(lane).toMatchObject({ waiting: 5, dropped: 8 });
    await push.resume(CONTEXT, { taskId: 't', configId: 'a' });
    await expect
      .poll(() => receiver.arrived())
      .toEqual(['submitted', 'working', 'task working 8', 'chunk last', 'completed']);
  });
});

describe('fairness', () => {
  test("one tenant's many deliveries to a receiver that hangs do not delay another's", async () => {
    await using hanging = await Receiver.start(() => undefined);
    await using receiver = await Receiver.start();
    await using deliveries = new Deliveries(client);
    const web = deliveries.open({ ...FAST, deliver: false });
    const [noisy, quiet] = [contextOf('noisy'), contextOf('quiet')];
    for (let index = 0; index < 200; index += 1) {
      await deliveries.configs.save(`n${index}`, noisy, configOf(`n${index}`, 'a', hanging.url()));
      await web.send(statusOf(`n${index}`, 'working'), noisy);
    }
    const worker = deliveries.open({ ...FAST, concurrency: 16 });
    await expect.poll(() => hanging.received.length).toBe(8);
    await deliveries.configs.save('q', quiet, configOf('q', 'a', receiver.url()));
    await web.send(statusOf('q', 'completed'), quiet);
    // It is delivered while not one of the others has ended, nor has waited for its host for too long.
    await expect.poll(() => receiver.arrived()).toEqual(['completed']);
    await expect
      .poll(async () => (await worker.stats()).attempts)
      .toEqual({ delivered: 1, retried: 0, dead: 0, stale: 0 });
    expect(await worker.stats(noisy)).toMatchObject({ waiting: 200 });
    expect((await worker.stats(noisy)).hosts).toContainEqual(
      expect.objectContaining({ inFlight: 8 }),
    );
  });

  test('hosts are told of by page, by name', async () => {
    await using one = await Receiver.start(() => undefined);
    await using other = await Receiver.start(() => undefined);
    await using deliveries = new Deliveries(client);
    const push = deliveries.open();
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'a', one.url()));
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'b', other.url()));
    await push.send(statusOf('t', 'working'), CONTEXT);
    const hosts = [one, other].map(({ port }) => `127.0.0.1:${port}`).toSorted();
    await expect
      .poll(async () => (await push.stats()).hosts.map(({ host }) => host))
      .toEqual(hosts);
    const first = await push.stats(CONTEXT, { pageSize: 1 });
    const { nextPageToken: pageToken } = first;
    const second = await push.stats(CONTEXT, { pageSize: 1, pageToken });
    const [host, last] = hosts;
    expect(first).toMatchObject({
      inFlight: 2,
      hosts: [{ host, inFlight: 1 }],
      nextPageToken: host,
    });
    expect(second).toMatchObject({ inFlight: 2, hosts: [{ host: last, inFlight: 1 }] });
    expect(second.nextPageToken).toBeUndefined();
  });

  test('a tenant is told nothing of what is done for others', async () => {
    await using hanging = await Receiver.start(() => undefined);
    await using receiver = await Receiver.start();
    await using deliveries = new Deliveries(client);
    const push = deliveries.open();
    const [mine, others] = [contextOf('mine'), contextOf('others')];
    await deliveries.configs.save('t', mine, configOf('t', 'a', hanging.url()));
    await deliveries.configs.save('t', others, configOf('t', 'a', receiver.url()));
    await push.send(statusOf('t', 'completed'), others);
    await push.send(statusOf('t', 'completed'), mine);
    await expect.poll(async () => (await push.stats()).attempts.delivered).toBe(1);
    await expect
      .poll(async () => push.stats(mine))
      .toMatchObject({
        waiting: 1,
        inFlight: 1,
        attempts: { delivered: 0, retried: 0, dead: 0, stale: 0 },
        hosts: [{ host: `127.0.0.1:${hanging.port}`, inFlight: 1, failures: 0 }],
      });
    await expect
      .poll(async () => push.stats(others))
      .toMatchObject({
        waiting: 0,
        inFlight: 0,
        attempts: { delivered: 1, retried: 0, dead: 0, stale: 0 },
        hosts: [],
      });
  });

  test.each([0, 1001, 1.5, '10'])('a page of %j is refused', async (size) => {
    await using deliveries = new Deliveries(client);
    const push = deliveries.open();
    const query = { pageSize: size as number };
    const refused = { code: 'INVALID_ARGUMENT' };
    await expect(push.stats(CONTEXT, query)).rejects.toMatchObject(refused);
    await expect(push.deadLetters(CONTEXT, query)).rejects.toMatchObject(refused);
    await expect(push.replay(CONTEXT, query)).rejects.toMatchObject(refused);
  });

  test('a process that delivers nothing says so', async () => {
    await using deliveries = new Deliveries(client);
    const web = deliveries.open({ ...FAST, deliver: false });
    await deliveries.configs.save('t', CONTEXT, configOf('t', 'a', 'http://127.0.0.1:9/'));
    await web.send(statusOf('t', 'working'), CONTEXT);
    expect(await web.stats(CONTEXT)).toMatchObject({ waiting: 1, due: 1, inFlight: 0 });
    expect(await web.stats(contextOf('another'))).toMatchObject({ waiting: 0, due: 0 });
  });
});
