import { knownRoute } from '@a2a-redis/core/queue-manager';
import { MAIN_CHANNELS, ScriptRunner } from '@a2a-redis/core/shared';
import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import type { RedisClientType } from 'redis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { directQueueKeys } from '../../src/queue/direct-queue-keys.ts';
import { DirectQueueLog, type GroupPosition } from '../../src/queue/direct-queue-log.ts';
import { numbers } from './support.ts';

const LIMITS = { reclaimIdleMs: 60_000, maxDeliveries: 5, maxEvents: 1000, ttlSeconds: 60 };
const MEMBER = { group: 'g', consumer: 'c', isPrivate: false, reader: 'life-1' };

let server: RedisServer;
let client: RedisClientType;
let log: DirectQueueLog;
let position: GroupPosition;

beforeAll(async () => {
  server = await startRedisServer();
  client = await connect(server.url);
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});
beforeEach(async () => {
  const keys = directQueueKeys(
    { prefix: newPrefix(), channels: MAIN_CHANNELS },
    { tenant: '', owner: '' },
    'q',
  );
  log = new DirectQueueLog(new ScriptRunner(client), knownRoute('PUBLISH'), keys, LIMITS);
  const opened = await log.open(MEMBER, '0-0', false);
  if (opened === undefined) throw new Error('not opened');
  position = opened;
});

async function read(call: number, count: number, member = MEMBER): Promise<string[]> {
  const { events } = await log.read(member, call, count, position);
  return events.map(({ stored }) => stored);
}

describe('a call that Redis applies late, after its repetition', () => {
  it('of a read takes nothing', async () => {
    await log.append('p', 1, numbers(6));
    expect(await read(1, 2)).toEqual(['1', '2']);
    expect(await read(1, 2)).toEqual(['1', '2']);
    expect(await read(2, 2)).toEqual(['3', '4']);
    expect(await read(1, 2)).toEqual([]);
    expect(await client.xPending(log.keys.events, 'g')).toMatchObject({ pending: 4 });
  });

  it('of an enqueue appends nothing', async () => {
    const first = await log.append('p', 1, ['1', '2']);
    expect(await log.append('p', 1, ['1', '2'])).toEqual(first);
    await log.append('p', 3, ['3']);
    await log.append('p', 1, ['1', '2']);
    expect((await log.append('other', 1, ['4'])).join()).toMatch(/^\d+-4$/u);
    expect((await log.range('-', 10)).map(({ stored }) => stored)).toEqual(numbers(4));
  });
});

describe('a read that is repeated', () => {
  it('gives only what the consumer still has', async () => {
    await log.append('p', 1, numbers(3));
    expect(await read(1, 3)).toEqual(['1', '2', '3']);
    const entries = await log.range('-', 3);
    await log.acknowledge(MEMBER, entries[0]?.id ?? '');
    await client.xClaim(log.keys.events, 'g', 'thief', 0, entries[1]?.id ?? '');
    expect(await read(1, 3)).toEqual(['3']);
  });

  it('is told from that of an earlier life of the same consumer', async () => {
    await log.append('p', 1, numbers(2));
    expect(await read(1, 1)).toEqual(['1']);
    expect(await read(1, 1, { ...MEMBER, reader: 'life-2' })).toEqual(['2']);
  });
});

describe('a queue that begins anew', () => {
  it('is read from its beginning, whatever the clock of its new server says', async () => {
    await log.append('p', 1, numbers(2));
    await client.del([log.keys.state, log.keys.events, log.keys.producers]);
    await log.append('p', 3, ['3']);
    // The reader stood at a moment that has not come yet.
    const { position: found, events } = await log.read(MEMBER, 1, 10, {
      epoch: position.epoch,
      id: `${Date.now() + 100_000}-2`,
    });
    expect(events.map(({ stored }) => stored)).toEqual(['3']);
    expect(found.epoch).not.toBe(position.epoch);
  });
});

describe('leaving', () => {
  it('gives back more than a page, and can be repeated', async () => {
    await log.append('p', 1, numbers(250));
    expect(await read(1, 250)).toEqual(numbers(250));
    await log.leave(MEMBER);
    await log.leave(MEMBER);
    const consumers = await client.xInfoConsumers(log.keys.events, 'g');
    expect(consumers.map(({ name, pending }) => [name, pending])).toEqual([['returned', 250]]);
    expect(await read(1, 300, { ...MEMBER, reader: 'life-2' })).toEqual(numbers(250));
  });
});
