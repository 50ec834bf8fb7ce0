import { randomUUID } from 'node:crypto';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import type { RedisClient } from '../../client/client-types.ts';
import { createRedisClient } from '../../client/create-redis-client.ts';
import { ScriptRunner } from '../../redis/script-runner.ts';
import { ReplicaLease } from './replica-lease.ts';

const LEASE_MS = 400;

let server: RedisServer;
let client: RedisClient;
const leases: ReplicaLease[] = [];

beforeAll(async () => {
  server = await startRedisServer({ processControl: true });
  client = await createRedisClient({ url: server.url });
});
afterEach(async () => {
  for (const lease of leases.splice(0)) await lease.stop();
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

interface Told {
  readonly expired: string[];
  readonly lost: string[];
  readonly errors: unknown[];
}

function openLease(key: string, deadlineMs = 10_000): { lease: ReplicaLease; told: Told } {
  const told: Told = { expired: [], lost: [], errors: [] };
  const lease = new ReplicaLease(new ScriptRunner(client, deadlineMs), key, LEASE_MS, {
    onExpired: (replicas) => told.expired.push(...replicas),
    onLost: (replica) => told.lost.push(replica),
    onError: (error) => told.errors.push(error),
  });
  leases.push(lease);
  return { lease, told };
}

/** Resolves when a lease has been renewed once more. */
async function renewed(key: string, { replica }: ReplicaLease): Promise<void> {
  const first = await client.zScore(key, replica);
  await vi.waitUntil(async () => Number(await client.zScore(key, replica)) > Number(first));
}

const newKey = (): string => `${randomUUID()}:{replicas}`;

describe('ReplicaLease', () => {
  it('puts the replica on the list, and takes it off at the end', async () => {
    const key = newKey();
    const { lease } = openLease(key);
    await Promise.all([lease.start(), lease.start()]);
    expect(await client.zRange(key, 0, -1)).toEqual([lease.replica]);
    await lease.stop();
    expect(await client.exists(key)).toBe(0);
  });

  it('is renewed for as long as the process lives', async () => {
    const key = newKey();
    const { lease } = openLease(key);
    await lease.start();
    await renewed(key, lease);
    expect(lease.isCertain).toBe(true);
  });

  it('tells of a replica whose lease has run out, once others had the time to renew theirs', async () => {
    const key = newKey();
    await client.zAdd(key, { score: Date.now() - 1, value: 'gone' });
    const { lease, told } = openLease(key);
    await lease.start();
    expect(told.expired).toEqual([]);
    await vi.waitUntil(() => told.expired.length > 0);
    expect(new Set(told.expired)).toEqual(new Set(['gone']));
    expect(await lease.condemn('gone')).toBe(true);
    await lease.remove('gone');
    expect(await client.zCount(key, 0, '+inf')).toBe(1);
    // One that was under way may tell of it still, and none that begins now.
    await renewed(key, lease);
    const before = told.expired.length;
    await renewed(key, lease);
    expect(told.expired).toHaveLength(before);
  });

  it('does not come back under a name that is gone, by a call that was made before', async () => {
    const key = newKey();
    const { lease, told } = openLease(key);
    const { lease: other } = openLease(key);
    const before = lease.replica;
    // As where the reply to its first renewal was lost.
    await client.zAdd(key, { score: 0, value: before });
    await other.start();
    expect(await other.condemn(before)).toBe(true);
    await other.remove(before);
    expect(Number(await client.zScore(key, before))).toBeLessThan(-1);
    expect(await other.condemn(before)).toBe(false);
    await lease.start();
    expect(told.lost).toEqual([before]);
    await lease.confirm();
    expect(lease.isLive).toBe(true);
    expect(await client.zCount(key, 0, '+inf')).toBe(2);
    // The name is kept for as long as such a call may be under way.
    await client.zAdd(key, { score: -1000, value: before });
    await vi.waitUntil(async () => (await client.zScore(key, before)) === null);
  });

  it('does not take a replica off the list that has come back', async () => {
    const key = newKey();
    const { lease } = openLease(key);
    const { lease: other } = openLease(key);
    await Promise.all([lease.start(), other.start()]);
    await lease.remove(other.replica);
    expect((await client.zRange(key, 0, -1)).toSorted()).toEqual(
      [lease.replica, other.replica].toSorted(),
    );
  });

  it('condemns only a replica whose lease has run out, for good', async () => {
    const key = newKey();
    const { lease } = openLease(key);
    const { lease: other, told } = openLease(key);
    await Promise.all([lease.start(), other.start()]);
    expect(await lease.condemn(other.replica)).toBe(false);
    expect(await lease.condemn('unheard-of')).toBe(false);
    const before = other.replica;
    await client.zAdd(key, { score: 0, value: before });
    expect(await lease.condemn(before)).toBe(true);
    expect(await lease.condemn(before)).toBe(true);
    await vi.waitUntil(() => told.lost.length > 0);
    expect(told.lost).toEqual([before]);
    expect(await client.zScore(key, before)).toBe(-1);
  });

  it('comes back to a list that was lost, and takes nobody for gone who is about to', async () => {
    const key = newKey();
    const { lease, told } = openLease(key);
    await lease.start();
    const { replica } = lease;
    expect(await lease.areGone(['unheard-of'])).toBe(true);
    await client.del(key);
    expect(await lease.areGone(['unheard-of'])).toBe(false);
    expect(await client.zRange(key, 0, -1)).toEqual([replica]);
    await vi.waitUntil(async () => lease.areGone(['unheard-of']));
    expect(told.lost).toEqual([]);
    expect(lease.replica).toBe(replica);
  });

  it('goes on under another name where others have ended it', async () => {
    const key = newKey();
    const { lease, told } = openLease(key);
    await lease.start();
    const before = lease.replica;
    await client.zAdd(key, { score: -1, value: before });
    await vi.waitUntil(() => told.lost.length > 0);
    await lease.remove(before);
    expect(told.lost).toEqual([before]);
    expect(lease.replica).not.toBe(before);
    await vi.waitUntil(async () => (await client.zRange(key, 0, -1)).includes(lease.replica));
    expect(Number(await client.zScore(key, before))).toBeLessThan(-1);
  });

  it('gives up a name once, however many renewals tell that others have ended it', async () => {
    const key = newKey();
    const { lease, told } = openLease(key);
    await lease.start();
    const before = lease.replica;
    await client.zAdd(key, { score: -1, value: before });
    await Promise.all([lease.renew(), lease.renew(), lease.renew()]);
    expect(told.lost).toEqual([before]);
    await lease.confirm();
    expect(lease.isLive).toBe(true);
    expect(await client.zScore(key, lease.replica)).toBeGreaterThan(0);
  });

  it('knows who is gone: whoever is off the list, or has been silent for long enough', async () => {
    const key = newKey();
    const { lease } = openLease(key);
    const { lease: other } = openLease(key);
    await lease.start();
    // Came after the last renewal: looked up, not taken for gone.
    await other.start();
    expect(await lease.areGone([])).toBe(true);
    expect(await lease.areGone([lease.replica])).toBe(false);
    expect(await lease.areGone([other.replica])).toBe(false);
    expect(await lease.areGone(['unheard-of'])).toBe(true);
    expect(await lease.areGone(['unheard-of', other.replica])).toBe(false);
    await client.zAdd(key, { score: Date.now() - 1, value: 'silent' });
    await vi.waitUntil(async () => lease.areGone(['silent']));
    // For good.
    expect(await client.zScore(key, 'silent')).toBe(-1);
  });

  it('is not certain while Redis is away, and is again afterwards', async () => {
    const key = newKey();
    const { lease, told } = openLease(key, 100);
    await lease.start();
    server.pause();
    await vi.waitUntil(() => !lease.isCertain);
    expect(await lease.areGone(['unheard-of'])).toBe(false);
    server.resume();
    await vi.waitUntil(() => lease.isCertain);
    expect(told.lost).toEqual([]);
    expect(told.errors).not.toEqual([]);
  });
});
