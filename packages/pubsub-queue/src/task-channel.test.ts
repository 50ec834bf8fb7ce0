import { CuttingProxy, newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { LONGEST_MESSAGE_BYTES } from './longest-message.ts';
import { OpenChannel } from '../test/open-channel.ts';

let server: RedisServer;

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(async () => {
  await server.stop();
});

/** The messages, once there are so many. */
async function messagesOf(opened: OpenChannel, count: number): Promise<readonly string[]> {
  await vi.waitUntil(() => opened.messages.length >= count);
  // Nothing more is on its way: messages of one channel keep their order.
  await opened.client.publish(opened.task.channel, 'last');
  await vi.waitUntil(() => opened.messages.at(-1) === 'last');
  return opened.messages.slice(0, -1);
}

describe('publish-events', () => {
  it('publishes a batch in one message, and notes nothing but how many there were', async () => {
    await using opened = await OpenChannel.open(server.url, newPrefix());
    await opened.setState({ 'r:a-1': '' });
    const batch = { publisher: 'a-1', firstCounter: 1, bodies: ['s{"x":1}', 'a{"y":2}'] };
    expect(await opened.send(batch)).toBe('accepted');
    expect(await messagesOf(opened, 1)).toEqual(['Ea-1 1\ns{"x":1}\na{"y":2}']);
    expect(await opened.state()).toEqual({ 'r:a-1': '', 'c:a-1': '2' });
    expect(await opened.ttl()).toBe(1000);
  });

  it('tells of events that are too long for a message how many there are', async () => {
    await using opened = await OpenChannel.open(server.url, newPrefix());
    await opened.setState({ 'r:a-1': '' });
    const fitting = 's'.repeat(LONGEST_MESSAGE_BYTES);
    await opened.send({ publisher: 'a-1', firstCounter: 1, bodies: [fitting] });
    await opened.send({ publisher: 'a-1', firstCounter: 2, bodies: [`${fitting}s`] });
    await opened.send({ publisher: 'a-1', firstCounter: 3, bodies: [fitting, 's4', 'z'] });
    const messages = await messagesOf(opened, 3);
    expect(messages).toEqual([`Ea-1 1\n${fitting}`, 'La-1 2 1', 'La-1 3 2\nz']);
    expect(await opened.state()).toEqual({ 'c:a-1': '4', end: '' });
  });

  it('keeps an event that is too long for a minute, for who is told of it', async () => {
    await using opened = await OpenChannel.open(server.url, newPrefix());
    const eventId = { publisher: 'a-1', counter: 7 };
    const body = 's'.repeat(LONGEST_MESSAGE_BYTES + 1);
    expect(await opened.channel.kept(opened.task, eventId)).toBeUndefined();
    await opened.channel.keep(opened.task, eventId, body);
    await opened.channel.keep(opened.task, eventId, body);
    expect(await opened.channel.kept(opened.task, eventId)).toBe(body);
    expect(await opened.channel.kept(opened.task, { ...eventId, counter: 8 })).toBeUndefined();
    const key = `${opened.task.state}:a-1.7`;
    expect(await opened.client.keys(`${opened.task.state}*`)).toEqual([key]);
    expect(await opened.client.ttl(key)).toBe(60);
  });

  it('publishes nothing twice, and of a batch that grew only what is new', async () => {
    await using opened = await OpenChannel.open(server.url, newPrefix());
    await opened.setState({ 'r:a-1': '' });
    for (const bodies of [['s1', 's2'], ['s1', 's2'], ['s1'], ['s1', 's2', 's3']]) {
      expect(await opened.send({ publisher: 'a-1', firstCounter: 1, bodies })).toBe('accepted');
    }
    expect(await messagesOf(opened, 2)).toEqual(['Ea-1 1\ns1\ns2', 'Ea-1 3\ns3']);
  });

  it('publishes nothing twice, though its run waits for its user by now', async () => {
    await using opened = await OpenChannel.open(server.url, newPrefix());
    const state = { 'c:a-1': '2', open: '', paused: 'a-1' };
    await opened.setState(state);
    const batch = { publisher: 'a-1', firstCounter: 1, bodies: ['s1', 's2'] };
    expect(await opened.send(batch)).toBe('accepted');
    expect(await messagesOf(opened, 0)).toEqual([]);
    expect(await opened.state()).toEqual(state);
  });

  it('publishes nothing twice when the reply is lost', async () => {
    await using proxy = await CuttingProxy.start(server.url);
    await using opened = await OpenChannel.open(server.url, newPrefix(), proxy.url);
    await opened.setState({ 'r:a-1': '' });
    await opened.send({ publisher: 'a-1', firstCounter: 1, bodies: ['s1'] });
    proxy.loseNextReplies(1);
    await opened.send({ publisher: 'a-1', firstCounter: 2, bodies: ['s2', 's3'] });
    expect(proxy.lost).toBe(1);
    expect(await messagesOf(opened, 2)).toEqual(['Ea-1 1\ns1', 'Ea-1 2\ns2\ns3']);
  });

  it('refuses a run that another replica has ended', async () => {
    await using opened = await OpenChannel.open(server.url, newPrefix());
    await opened.setState({ 'f:a-1': '' });
    const batch = { publisher: 'a-1', firstCounter: 1, bodies: ['s1', 'z'] };
    expect(await opened.send(batch)).toBe('fenced');
    expect(await messagesOf(opened, 0)).toEqual([]);
    expect(await opened.state()).toEqual({ 'f:a-1': '' });
  });

  it('keeps of the end of the last run what tells who comes late', async () => {
    await using opened = await OpenChannel.open(server.url, newPrefix());
    await opened.setState({ 'r:a-1': '', 'r:b-1': '', open: '' });
    await opened.send({ publisher: 'a-1', firstCounter: 1, bodies: ['s1', 'z'] });
    // The other run goes on: the task has not ended.
    expect(await opened.state()).toEqual({ 'r:b-1': '', 'c:a-1': '1', open: '' });
    await opened.send({ publisher: 'b-1', firstCounter: 1, bodies: ['z'] });
    expect(await messagesOf(opened, 2)).toEqual(['Ea-1 1\ns1', 'Eb-1 1\nz']);
    expect(await opened.state()).toEqual({ 'c:b-1': '0', end: '' });
    expect(await opened.ttl()).toBe(300);
  });

  it('takes nothing for new that a run sends after it has ended the task', async () => {
    await using opened = await OpenChannel.open(server.url, newPrefix());
    await opened.setState({ 'r:a-1': '', 'c:a-1': '3', 'r:b-1': '', 'c:b-1': '2', open: '' });
    const end = { publisher: 'a-1', firstCounter: 4, bodies: ['s4'], mode: 'e' as const };
    expect(await opened.send(end)).toBe('accepted');
    const state = { 'c:a-1': '4', 'c:b-1': '2', 'f:b-1': 't', end: 't' };
    expect(await opened.state()).toEqual(state);
    expect(await opened.send({ publisher: 'a-1', firstCounter: 5, bodies: ['z'] })).toBe(
      'accepted',
    );
    expect(await opened.send({ publisher: 'b-1', firstCounter: 3, bodies: ['z'] })).toBe('over');
    await opened.channel.announcePosition(opened.task);
    expect(await messagesOf(opened, 2)).toEqual(['Ea-1 4\ns4\nz', 'Pover\na-1 4\nb-1 2']);
    expect(await opened.state()).toEqual(state);
    expect(await opened.ttl()).toBe(300);
  });

  it('publishes no end twice, though another run has begun', async () => {
    await using opened = await OpenChannel.open(server.url, newPrefix());
    await opened.setState({ 'r:a-1': '' });
    const last = { publisher: 'a-1', firstCounter: 1, bodies: ['s1', 'z'] };
    await opened.send(last);
    await opened.begin('b-1');
    expect(await opened.send(last)).toBe('accepted');
    expect(await messagesOf(opened, 1)).toEqual(['Ea-1 1\ns1\nz']);
    expect(await opened.state()).toEqual({ 'c:a-1': '1', 'r:b-1': '' });
  });

  it('publishes no end twice, though its state is gone and another run has begun', async () => {
    await using opened = await OpenChannel.open(server.url, newPrefix());
    await opened.setState({ 'r:b-1': '', 'c:b-1': '1' });
    const last = { publisher: 'a-1', firstCounter: 1, bodies: ['s1', 'z'] };
    expect(await opened.send(last)).toBe('accepted');
    expect(await messagesOf(opened, 0)).toEqual([]);
    expect(await opened.state()).toEqual({ 'r:b-1': '', 'c:b-1': '1' });
  });

  it('writes nothing for a user who may not publish', async () => {
    const rules = ['on', '>secret', '~*', '+@all', 'resetchannels'];
    const admin = await OpenChannel.open(server.url, newPrefix());
    await admin.client.sendCommand(['ACL', 'SETUSER', 'lacking', ...rules]);
    await admin[Symbol.asyncDispose]();
    const via = server.url.replace('redis://', 'redis://lacking:secret@');
    await using opened = await OpenChannel.open(server.url, newPrefix(), via);
    await opened.setState({ 'r:a-1': '' });
    await expect(
      opened.send({ publisher: 'a-1', firstCounter: 1, bodies: ['s1'] }),
    ).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      detail: expect.stringContaining('NOPERM The user may not run PUBLISH'),
    });
    expect(await opened.state()).toEqual({ 'r:a-1': '' });
  });

  it('comes to its end beside a count of another run that is damaged', async () => {
    await using opened = await OpenChannel.open(server.url, newPrefix());
    await opened.setState({ 'r:a-1': '', 'c:b-1': 'abc' });
    const batch = { publisher: 'a-1', firstCounter: 1, bodies: ['s1', 'z'] };
    expect(await opened.send(batch)).toBe('accepted');
    expect(await messagesOf(opened, 1)).toEqual(['Ea-1 1\ns1\nz']);
    expect(await opened.state()).toEqual({ 'c:a-1': '1', end: '' });
    expect(await opened.ttl()).toBe(300);
  });

  it('forgets the runs before the last one that left its task open', async () => {
    await using opened = await OpenChannel.open(server.url, newPrefix());
    for (const publisher of ['a-1', 'b-1', 'c-1']) {
      await opened.begin(publisher);
      await opened.send({ publisher, firstCounter: 1, bodies: ['s1', 'z'] });
    }
    expect(await opened.state()).toEqual({ 'c:c-1': '1', end: '' });
  });

  it('leaves requests to cancel to those who wait for their answers', async () => {
    await using opened = await OpenChannel.open(server.url, newPrefix());
    await opened.setState({ 'r:a-1': '', 'x:request': '' });
    const batch = { publisher: 'a-1', firstCounter: 1, bodies: ['s1', 'z'] };
    await opened.send(batch);
    expect(await opened.state()).toEqual({ 'x:request': '', 'c:a-1': '1', end: '' });
    expect(await opened.ttl()).toBe(300);
  });

  it('keeps what refuses a run that was ended, and the end of it that counted, for 300 s', async () => {
    await using opened = await OpenChannel.open(server.url, newPrefix());
    await opened.setState({ 'f:a-1': '', 'c:a-1': '7' });
    const end = { publisher: 'a-1-end', firstCounter: 1, bodies: ['s1', 'z'] };
    expect(await opened.send(end)).toBe('accepted');
    const state = { 'f:a-1': '', 'c:a-1': '7', 'c:a-1-end': '1', end: '' };
    expect(await opened.state()).toEqual(state);
    expect(await opened.ttl()).toBe(300);
    await opened.send({ ...end, bodies: ['s2', 'z'] });
    expect(await messagesOf(opened, 1)).toEqual(['Ea-1-end 1\ns1\nz']);
  });

  it('counts what a run could not send before its end', async () => {
    await using opened = await OpenChannel.open(server.url, newPrefix());
    const { channel, task } = opened;
    await opened.setState({ 'r:a-1': '', 'r:b-1': '' });
    await opened.send({ publisher: 'a-1', firstCounter: 1, bodies: ['s1'] });
    await opened.send({ publisher: 'a-1', firstCounter: 5, bodies: ['z'] });
    await channel.announcePosition(task);
    expect(await messagesOf(opened, 2)).toEqual(['Ea-1 1\ns1', 'Plive\na-1 4']);
  });
});

describe('announce-position', () => {
  it('tells the counters, and whether more events can come', async () => {
    await using opened = await OpenChannel.open(server.url, newPrefix());
    const { channel, task } = opened;
    await channel.announcePosition(task);
    await opened.setState({ 'r:a-1': '' });
    await channel.announcePosition(task);
    await opened.setState({ 'c:a-1': '3', open: '' });
    await channel.announcePosition(task);
    await opened.client.hDel(task.state, ['r:a-1', 'open']);
    await opened.setState({ end: '' });
    await channel.announcePosition(task);
    expect(await messagesOf(opened, 4)).toEqual([
      'Pover\n',
      'Plive\n',
      'Plive\na-1 3',
      'Pover\na-1 3',
    ]);
  });
});
