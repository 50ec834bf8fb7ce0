import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { LIMITS, OpenLog } from '../test/open-log.ts';

let server: RedisServer;

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(async () => {
  await server.stop();
});

/** The messages, once nothing more can be on its way. */
async function messagesOf(opened: OpenLog): Promise<readonly string[]> {
  await opened.client.publish(opened.task.channel, 'last');
  await vi.waitUntil(() => opened.messages.at(-1) === 'last');
  return opened.messages.slice(0, -1);
}

/** A message without the moment of its entries, and without the epoch, which a clock gave. */
const withoutClock = (message: string): string =>
  message.replace(/^E\d+ \d+ (\d+) \d+-/, 'E<epoch> <ms> $1 <ms>-');

describe('append-events', () => {
  it('appends a batch in order, and announces it in one message', async () => {
    await using opened = await OpenLog.open(server.url, newPrefix());
    expect(await opened.append('a-1', 1, 's1', 'a2')).toBe('accepted');
    expect(await opened.append('b-1', 1, 'a1')).toBe('accepted');
    expect(await opened.entries()).toEqual(['1 a-1.1 s1', '2 a-1.2 a2', '3 b-1.1 a1']);
    expect((await messagesOf(opened)).map(withoutClock)).toEqual([
      'E<epoch> <ms> 1 <ms>-0\na-1 1 s1\na-1 2 a2',
      'E<epoch> <ms> 3 <ms>-2\nb-1 1 a1',
    ]);
    const { epoch, last, ...rest } = await opened.state();
    expect(rest).toEqual({ 'c:a-1': '2', 'c:b-1': '1' });
    expect(last).toMatch(/^\d{13}-3$/);
    expect(epoch).toMatch(/^\d{16}$/);
  });

  it('appends nothing twice: not a call that is repeated, nor what two calls share', async () => {
    await using opened = await OpenLog.open(server.url, newPrefix());
    await opened.append('a-1', 1, 's1', 's2');
    expect(await opened.append('a-1', 1, 's1', 's2')).toBe('accepted');
    expect(await opened.append('a-1', 2, 's2', 's3')).toBe('accepted');
    expect(await opened.append('a-1', 1, 's1')).toBe('accepted');
    expect(await opened.entries()).toEqual(['1 a-1.1 s1', '2 a-1.2 s2', '3 a-1.3 s3']);
    expect(await messagesOf(opened)).toHaveLength(2);
    // Where the log stands is the id of its last entry, though calls came after it.
    const newest = await opened.client.xRevRange(opened.task.log, '+', '-', { COUNT: 1 });
    expect((await opened.state())['last']).toBe(newest?.[0]?.id);
    expect((await opened.state())['c:a-1']).toBe('3');
  });

  it('accepts nothing of a run that others have ended, and says who ended what', async () => {
    await using opened = await OpenLog.open(server.url, newPrefix());
    await opened.setState({ 'f:a-1': '', 'f:b-1': 't', 'r:c-1': '' });
    expect(await opened.append('a-1', 1, 's1')).toBe('fenced');
    expect(await opened.append('b-1', 1, 's1', 'z')).toBe('over');
    expect(await opened.entries()).toEqual([]);
    expect(await opened.state()).toEqual({ 'f:a-1': '', 'f:b-1': 't', 'r:c-1': '' });
    expect(await messagesOf(opened)).toEqual([]);
  });

  it('notes how many events a run could not send', async () => {
    await using opened = await OpenLog.open(server.url, newPrefix());
    await opened.append('a-1', 1, 's1');
    await opened.append('a-1', 4, 's4');
    expect(await opened.entries()).toEqual(['1 a-1.1 s1', '2 -.0 g2', '3 a-1.4 s4']);
  });

  it('begins a new epoch where the state was lost, without what a log still holds', async () => {
    await using opened = await OpenLog.open(server.url, newPrefix());
    await opened.append('a-1', 1, 's1');
    const { epoch = '' } = await opened.state();
    await opened.client.del(opened.task.state);
    await opened.append('a-1', 2, 's2');
    expect(await opened.entries()).toEqual(['1 -.0 g1', '2 a-1.2 s2']);
    expect(Number((await opened.state())['epoch'])).toBeGreaterThan(Number(epoch));
  });

  it("goes on after the last entry where the server's clock was set back", async () => {
    await using opened = await OpenLog.open(server.url, newPrefix());
    await opened.append('a-1', 1, 's1');
    const ahead = Date.now() + 3_600_000;
    await opened.setState({ last: `${ahead}-1` });
    await opened.append('a-1', 2, 's2');
    expect((await opened.state())['last']).toBe(`${ahead}-2`);
    const entries = await opened.log.after(opened.task, `${ahead}-1`, 10);
    expect(entries.map(({ id, body }) => `${id} ${body}`)).toEqual([`${ahead}-2 s2`]);
  });

  it('only says where the log stands when events are too long for a message', async () => {
    await using opened = await OpenLog.open(server.url, newPrefix());
    await opened.append('a-1', 1, `s${'x'.repeat(LIMITS.maxMessageBytes)}`);
    const { epoch = '', last = '' } = await opened.state();
    expect(await messagesOf(opened)).toEqual([`L${epoch} ${last}`]);
  });

  it('keeps about as many entries as it is told to', async () => {
    await using opened = await OpenLog.open(server.url, newPrefix());
    const bodies = Array.from({ length: 100 }, (_, index) => `s${index}`);
    for (let call = 0; call < 15; call += 1) await opened.append('a-1', call * 100 + 1, ...bodies);
    const kept = await opened.client.xLen(opened.task.log);
    expect(kept).toBeGreaterThanOrEqual(LIMITS.maxEventsPerTask);
    expect(kept).toBeLessThan(LIMITS.maxEventsPerTask + 200);
  });

  it('ends the events with the last run, and keeps them for less long from then on', async () => {
    await using opened = await OpenLog.open(server.url, newPrefix());
    await opened.setState({ 'r:a-1': '', 'r:b-1': '', open: '' });
    await opened.append('a-1', 1, 's1', 'z');
    expect(await opened.entries()).toEqual(['1 a-1.1 s1']);
    expect(await opened.client.ttl(opened.task.log)).toBe(LIMITS.retentionSeconds);
    await opened.append('b-1', 1, 's1', 'z');
    expect(await opened.entries()).toEqual(['1 a-1.1 s1', '2 b-1.1 s1', '3 b-1.2 z']);
    const { epoch: _epoch, last: _last, ...rest } = await opened.state();
    expect(rest).toEqual({ 'c:a-1': '1', 'c:b-1': '1', end: '' });
    for (const key of [opened.task.log, opened.task.state]) {
      expect(await opened.client.ttl(key)).toBe(LIMITS.endedRetentionSeconds);
    }
  });

  it('ends all runs with their task, once and for all', async () => {
    await using opened = await OpenLog.open(server.url, newPrefix());
    await opened.setState({ 'r:a-1': '', 'r:b-1': '' });
    const end = { publisher: 'a-1', firstCounter: 1, bodies: ['s1'], mode: 'e' as const };
    expect(await opened.send(end)).toBe('accepted');
    // Its reply was lost, and the run says that it is over.
    expect(await opened.send(end)).toBe('accepted');
    expect(await opened.append('a-1', 2, 'z')).toBe('accepted');
    expect(await opened.entries()).toEqual(['1 a-1.1 s1', '2 a-1.2 z']);
    const { epoch: _epoch, last: _last, ...rest } = await opened.state();
    expect(rest).toEqual({ 'c:a-1': '1', end: 't', 'f:b-1': 't' });
    expect(await opened.append('a-1', 2, 'a2')).toBe('ended');
    expect(await opened.append('b-1', 1, 'a1')).toBe('over');
    expect(await opened.append('c-1', 1, 'a1')).toBe('ended');
    expect(await opened.entries()).toHaveLength(2);
  });

  it('waits for other runs where it is to: what ends a task that nobody executes', async () => {
    await using opened = await OpenLog.open(server.url, newPrefix());
    await opened.setState({ 'r:a-1': '' });
    const end = { publisher: 'b-1-end', firstCounter: 1, bodies: ['s1'], mode: 'ei' as const };
    expect(await opened.send(end)).toBe('busy');
    expect(await opened.entries()).toEqual([]);
    await opened.append('a-1', 1, 'z');
    expect(await opened.send(end)).toBe('accepted');
    expect(await opened.entries()).toEqual(['1 a-1.1 z', '2 b-1-end.1 s1']);
    expect((await opened.state())['end']).toBe('t');
  });

  it('finds what no entry could follow before it writes anything, and begins anew without it', async () => {
    await using opened = await OpenLog.open(server.url, newPrefix());
    const { client, task } = opened;
    await opened.append('a-1', 1, 's1');
    const before = await opened.state();
    await client.xAdd(task.log, '9999999999999-1', { p: 'x', c: '1', e: 'y' });
    await expect(opened.append('a-1', 2, 's2')).rejects.toMatchObject({
      code: 'CORRUPT_RECORD',
      detail: `Key ${JSON.stringify(task.log)} held what nothing here wrote, field "9999999999999-1": that was removed.`,
    });
    expect(await opened.state()).toEqual({ 'c:a-1': '1' });
    expect(await opened.append('a-1', 2, 's2')).toBe('accepted');
    expect(await opened.entries()).toEqual(['1 a-1.2 s2']);
    expect((await opened.state())['epoch']).not.toBe(before['epoch']);
    expect((await messagesOf(opened)).map(withoutClock)).toEqual([
      'E<epoch> <ms> 1 <ms>-0\na-1 1 s1',
      'E<epoch> <ms> 1 <ms>-0\na-1 2 s2',
    ]);
  });

  it('begins anew where the log counts further than what is in it', async () => {
    await using opened = await OpenLog.open(server.url, newPrefix());
    const { client, task } = opened;
    await opened.append('a-1', 1, 's1');
    const { epoch } = await opened.state();
    await client.xAdd(task.log, '9999999999999-1', { p: 'x', c: '1', e: 'y' });
    await client.xDel(task.log, '9999999999999-1');
    expect(await opened.append('a-1', 2, 's2', 's3', 'z')).toBe('accepted');
    expect(await opened.entries()).toEqual(['1 a-1.2 s2', '2 a-1.3 s3', '3 a-1.4 z']);
    expect((await opened.state())['epoch']).not.toBe(epoch);
    expect((await messagesOf(opened)).map(withoutClock)).toEqual([
      'E<epoch> <ms> 1 <ms>-0\na-1 1 s1',
      'E<epoch> <ms> 1 <ms>-0\na-1 2 s2\na-1 3 s3\na-1 4 z',
    ]);
  });

  it('leaves the log as it is where the server is out of memory', async () => {
    await using opened = await OpenLog.open(server.url, newPrefix());
    await opened.append('a-1', 1, 's1');
    const before = await opened.state();
    await opened.client.configSet('maxmemory', '1');
    await expect(opened.append('a-1', 2, 's2')).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      detail: expect.stringContaining(' failed: OOM command not allowed'),
    });
    await opened.client.configSet('maxmemory', '0');
    expect(await opened.state()).toEqual(before);
    expect(await opened.entries()).toEqual(['1 a-1.1 s1']);
    expect(await opened.append('a-1', 2, 's2')).toBe('accepted');
    expect((await opened.state())['epoch']).toBe(before['epoch']);
    expect(await opened.entries()).toEqual(['1 a-1.1 s1', '2 a-1.2 s2']);
  });

  it.each([['-xadd'], ['resetchannels']])(
    'writes nothing for a user without a right: %s',
    async (rule) => {
      await using opened = await OpenLog.open(server.url, newPrefix());
      const { client } = opened;
      await opened.append('a-1', 1, 's1');
      const before = await opened.state();
      const rules = ['on', '>secret', '~*', '+@all', 'allchannels', rule];
      await client.sendCommand(['ACL', 'SETUSER', 'lacking', ...rules]);
      const url = server.url.replace('redis://', 'redis://lacking:secret@');
      await using theirs = await OpenLog.open(url, newPrefix(), opened.task, rule === '-xadd');
      await expect(theirs.append('a-1', 2, 's2')).rejects.toMatchObject({
        code: 'COMMAND_FAILED',
        detail: expect.stringContaining('NOPERM The user may not run'),
      });
      expect(await opened.state()).toEqual(before);
      expect(await opened.entries()).toEqual(['1 a-1.1 s1']);
    },
  );
});
