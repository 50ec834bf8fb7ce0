import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import type { RedisClient } from '../../client/client-types.ts';
import { createRedisClient } from '../../client/create-redis-client.ts';
import { ScriptRunner } from '../../redis/script-runner.ts';
import { systemRuntime } from '../../runtime/runtime.ts';
import { ReplicaLease } from './replica-lease.ts';

const LEASE_MS = 400;
const KEPT_MS = 60_000;
/** Renewed often, so that little time is waited for. */
const TIMES = {
  leaseMs: LEASE_MS,
  idleLeaseMs: 2 * LEASE_MS,
  renewMs: LEASE_MS / 4,
  lookMs: LEASE_MS / 2,
  pauseMs: (LEASE_MS * 3) / 4,
  graceMs: LEASE_MS,
  keptMs: KEPT_MS,
};

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
  const lease = new ReplicaLease(new ScriptRunner(client, deadlineMs), key, TIMES, {
    isBusy: () => true,
    onExpired: (replicas) => told.expired.push(...replicas),
    onLost: (replica) => told.lost.push(replica),
    onError: (error) => told.errors.push(error),
  });
  leases.push(lease);
  return { lease, told };
}

/** As {@link openLease}: renewed by hand. */
function stoppedClock(key: string): { lease: ReplicaLease; told: Told } {
  const told: Told = { expired: [], lost: [], errors: [] };
  const idle = { ref: () => {}, unref: () => {}, cancel: () => {} };
  const runtime = { ...systemRuntime, setTimer: () => idle };
  const real = new ScriptRunner(client);
  const run: ScriptRunner['run'] = async (script, keys, args) => real.run(script, keys, args);
  const runner = { runtime, run } as unknown as ScriptRunner;
  const lease = new ReplicaLease(runner, key, TIMES, {
    isBusy: () => true,
    onExpired: (replicas) => told.expired.push(...replicas),
    onLost: (replica) => told.lost.push(replica),
    onError: (error) => told.errors.push(error),
  });
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
    await vi.waitUntil(async () => lease.areGone(['unheard-of']));
    await client.del(key);
    expect(await lease.areGone(['unheard-of'])).toBe(false);
    expect(await client.zRange(key, 0, -1)).toEqual([replica]);
    await vi.waitUntil(async () => lease.areGone(['unheard-of']));
    expect(told.lost).toEqual([]);
    expect(lease.replica).toBe(replica);
  });

  it('comes back to a list that was lost though its lease ran out meanwhile: nobody can have ended it', async () => {
    const key = newKey();
    const { lease, told } = stoppedClock(key);
    await lease.start();
    const { replica } = lease;
    await client.del(key);
    await sleep(LEASE_MS + 50);
    expect(lease.isLive).toBe(false);
    // Others came back first.
    await client.zAdd(key, { score: Date.now() + 60_000, value: 'other' });
    await lease.renew();
    expect([told.lost, lease.replica, lease.isLive]).toEqual([[], replica, true]);
    expect((await client.zRange(key, 0, -1)).toSorted()).toEqual([replica, 'other'].toSorted());
    // They may have found it gone before, and say so.
    await client.zAdd(key, { score: -1, value: replica });
    await lease.renew();
    expect(told.lost).toEqual([replica]);
  });

  it('keeps the list for as long as the notes that are found by it, and the names of who is gone', async () => {
    const key = newKey();
    const { lease } = openLease(key);
    await lease.start();
    expect(await client.ttl(key)).toBe((KEPT_MS + 3_600_000) / 1000 + 1);
    await lease.stop();
    const { lease: other } = openLease(key);
    await other.start();
    await other.stop(false);
    expect(await client.ttl(key)).toBeGreaterThan(3600);
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
    // Whoever is not on the list may be about to come back to it, as far as who has just joined knows.
    expect(await lease.areGone(['unheard-of'])).toBe(false);
    await vi.waitUntil(async () => lease.areGone(['unheard-of']));
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

  it('takes no more runs once it is sealed, and is renewed all the same', async () => {
    const key = newKey();
    const { lease, told } = openLease(key);
    await lease.start();
    expect(lease.takesRuns).toBe(true);
    lease.seal();
    lease.seal();
    expect([lease.takesRuns, lease.isLive]).toEqual([false, true]);
    await renewed(key, lease);
    // Nor under another name.
    lease.abandon(lease.replica);
    await lease.confirm();
    expect([lease.takesRuns, lease.isLive, told.lost.length]).toEqual([false, true, 1]);
    await lease.stop();
    lease.seal();
    expect(lease.takesRuns).toBe(false);
  });

  it('goes on under another name where it abandons the one that it has', async () => {
    const key = newKey();
    const { lease, told } = openLease(key);
    await lease.start();
    const before = lease.replica;
    // Under way while the name is given up: what it answers is of the old one.
    const renewing = lease.renew();
    lease.abandon(before);
    await renewing;
    expect([told.lost, lease.isLive, lease.isCertain]).toEqual([[before], false, true]);
    await lease.confirm();
    expect(lease.isLive).toBe(true);
    // It stays on the list until its lease runs out: others end what was noted under it.
    expect((await client.zRange(key, 0, -1)).toSorted()).toEqual(
      [before, lease.replica].toSorted(),
    );
    // Who finds out late that the old one is of no use does not cost the new one.
    const { replica } = lease;
    lease.abandon(before);
    expect([lease.replica, lease.isLive]).toEqual([replica, true]);
    await lease.stop();
    lease.abandon(replica);
    expect(told.lost).toEqual([before]);
  });
});

/** A lease on a clock of its own, with another replica on the list. */
class ClockedLease {
  readonly lease: ReplicaLease;
  /** Who was told to be gone, at the latest renewal. */
  expired: readonly string[] = [];
  condemned = 0;
  clock = 0;
  serverClock = 1_000_000;
  /** When the lease of the other one runs out, on the server's clock. */
  otherEndsAt = 1_000_000;

  constructor() {
    const runtime = {
      ...systemRuntime,
      now: () => this.clock,
      // Renewed by hand.
      setTimer: () => ({ ref: () => {}, unref: () => {}, cancel: () => {} }),
    };
    const run: ScriptRunner['run'] = async ({ name }, _, [replica]) => {
      if (name === 'renew-lease') {
        const others = ['other', this.otherEndsAt - this.serverClock];
        const endsAt = String(this.serverClock + LEASE_MS);
        return [1, String(this.serverClock), endsAt, replica, LEASE_MS, ...others];
      }
      if (name === 'condemn-replica') this.condemned += 1;
      return 1;
    };
    const runner = { runtime, run } as unknown as ScriptRunner;
    this.lease = new ReplicaLease(runner, 'key', TIMES, {
      isBusy: () => true,
      onExpired: (replicas) => (this.expired = replicas),
      onLost: () => {},
      onError: () => {},
    });
  }

  /** Renews it as often as it takes for as long as a lease lasts. */
  async live(): Promise<void> {
    for (let step = 0; step < 4; step += 1) await this.pass(LEASE_MS / 4);
  }

  /** Lets time pass, and renews it. */
  async pass(ms: number, serverMs = ms): Promise<void> {
    this.clock += ms;
    this.serverClock += serverMs;
    await this.lease.renew();
  }
}

describe("ReplicaLease, where the server's clock is set forward", () => {
  it('takes nobody for gone whose lease has run out by that', async () => {
    const clocked = new ClockedLease();
    clocked.otherEndsAt = clocked.serverClock + 3 * LEASE_MS;
    await clocked.lease.start();
    await clocked.live();
    expect([clocked.expired, await clocked.lease.areGone(['other'])]).toEqual([[], false]);

    await clocked.pass(LEASE_MS / 4, 10 * LEASE_MS);
    expect([clocked.expired, await clocked.lease.areGone(['other'])]).toEqual([[], false]);
    // The other one renews its lease meanwhile.
    clocked.otherEndsAt = clocked.serverClock + 2 * LEASE_MS;
    await clocked.live();
    expect([clocked.expired, await clocked.lease.areGone(['other'])]).toEqual([[], false]);
    expect([clocked.condemned, clocked.lease.isLive]).toEqual([0, true]);
  });

  it('takes one for gone that does not renew its lease afterwards either', async () => {
    const clocked = new ClockedLease();
    await clocked.lease.start();
    await clocked.live();
    expect(clocked.expired).toEqual(['other']);
    await clocked.pass(LEASE_MS / 4, 10 * LEASE_MS);
    expect(clocked.expired).toEqual([]);
    await clocked.live();
    expect([clocked.expired, await clocked.lease.areGone(['other'])]).toEqual([['other'], true]);
    expect(clocked.condemned).toBe(1);
  });

  it('goes on where the clocks only differ as clocks do', async () => {
    const clocked = new ClockedLease();
    await clocked.lease.start();
    await clocked.live();
    await clocked.pass(LEASE_MS / 4, LEASE_MS / 4 + LEASE_MS / 20);
    expect(clocked.expired).toEqual(['other']);
  });

  it.each(['inf', '-inf', '9e15', '-9e15'])(
    'gives a lease to a replica whose moment is %s, and tells of it once',
    async (score) => {
      const key = newKey();
      const { lease, told } = openLease(key);
      await lease.start();
      await client.sendCommand(['ZADD', key, score, 'other']);
      await client.sendCommand(['ZADD', key, score, lease.replica]);
      await vi.waitUntil(() => told.expired.includes('other'));
      expect(told.errors).toMatchObject([{ code: 'CORRUPT_RECORD' }]);
      expect(told.lost).toEqual([]);
      expect(await lease.condemn('other')).toBe(true);
    },
  );

  it('makes the list anew that has another type of value, and tells of it once', async () => {
    const key = newKey();
    const { lease, told } = openLease(key);
    await lease.start();
    await client.del(key);
    await client.set(key, 'damaged');
    await vi.waitUntil(async () => (await client.type(key)) === 'zset');
    expect(await client.zRange(key, 0, -1)).toEqual([lease.replica]);
    expect(told.errors).toMatchObject([{ code: 'CORRUPT_RECORD' }]);
    // Its next renewal would find the damage first.
    await lease.stop();
    await client.del(key);
    await client.set(key, 'damaged');
    await expect(lease.condemn('other')).rejects.toMatchObject({ code: 'CORRUPT_RECORD' });
    await client.set(key, 'damaged');
    await expect(lease.remove('other')).rejects.toMatchObject({ code: 'CORRUPT_RECORD' });
  });
});
