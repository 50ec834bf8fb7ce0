import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import {
  clientOf,
  findingsWith,
  ignoreDelays,
  LASTING,
  NO_REPLICA,
  shownFindings,
  startHealthyServer,
} from '../../test/doctor-findings.ts';
import type { RedisScriptClient } from '../redis/script-client.ts';
import { useRuntime } from '../runtime/client-runtime.ts';
import { systemRuntime } from '../runtime/runtime.ts';
import { redisDoctor } from './redis-doctor.ts';

/** Those that are looked at by default. */
const ALL = ['task-store', 'streams-queue', 'pubsub-queue', 'push-config', 'push-delivery'];
/** Those whose keys all expire, and those whose keys may. */
const EXPIRING = ['streams-queue', 'pubsub-queue', 'push-delivery'];
const STORES = ['task-store', 'push-config'];

describe('a server that has what the packages need', () => {
  it('is described, and nothing need be done', async () => {
    await using server = await startHealthyServer();
    const client = await clientOf(server.url);
    const report = await redisDoctor(ignoreDelays(client));
    client.destroy();
    expect(report).toEqual({
      server: {
        product: expect.stringMatching(/^(?:Redis|Valkey)$/),
        service: undefined,
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        redisVersion: server.version,
        layout: 'single',
        user: 'default',
        nodes: [
          {
            address: undefined,
            role: 'primary',
            usedMemoryBytes: expect.any(Number),
            maxMemoryBytes: 104_857_600,
            evictionPolicy: 'noeviction',
            roundTripMs: expect.any(Number),
            clockAheadMs: expect.any(Number),
            clockUncertaintyMs: expect.any(Number),
          },
        ],
      },
      packages: ALL,
      findings: [
        {
          code: 'NO_REPLICA',
          severity: 'info',
          message: 'No replica follows.',
          meaning:
            'Nothing takes over where the server is lost. It is waited for until it is back.',
          advice: 'Nothing, where that will do. Else add a replica, with sentinels or a cluster.',
          packages: ALL,
          nodes: [],
        },
      ],
    });
  });

  it('is not changed: no key is written, and no setting', async () => {
    await using server = await startHealthyServer();
    const client = await clientOf(server.url);
    await client.sendCommand(['CONFIG', 'RESETSTAT']);
    await redisDoctor(client);
    expect(await client.dbSize()).toBe(0);
    const stats = await client.info('commandstats');
    const called = [...stats.matchAll(/^cmdstat_([^:]+):/gm)].map(([, name = '']) => name);
    client.destroy();
    expect(new Set(called)).toEqual(
      new Set([
        'acl|whoami',
        'config|get',
        'config|resetstat',
        'dbsize',
        'eval',
        'evalsha',
        'hello',
        'info',
        'time',
      ]),
    );
  });
});

describe('memory', () => {
  const limited = (policy: string): Promise<unknown> =>
    findingsWith({ 'maxmemory-policy': policy });

  it('from which any key is removed', async () => {
    expect(await limited('allkeys-lru')).toEqual([
      ['error', 'EVICTS_ANY_KEY', 'maxmemory-policy is allkeys-lru, maxmemory 100 MiB.'],
      NO_REPLICA,
    ]);
  });

  it('from which any key would be removed if it had a limit', async () => {
    expect(await findingsWith({ 'maxmemory-policy': 'allkeys-lfu', maxmemory: '0' })).toEqual([
      ['warning', 'EVICTS_ANY_KEY_IF_LIMITED', 'maxmemory-policy is allkeys-lfu.'],
      ['info', 'NO_MEMORY_LIMIT', 'maxmemory is 0: no limit.'],
      NO_REPLICA,
    ]);
  });

  it('from which keys that expire are removed', async () => {
    const message = 'maxmemory-policy is volatile-ttl, maxmemory 100 MiB.';
    expect(await limited('volatile-ttl')).toEqual([
      ['error', 'EVICTS_QUEUE_STATE', message, ...EXPIRING],
      ['warning', 'EVICTS_EXPIRING_KEYS', message, ...STORES],
      NO_REPLICA,
    ]);
  });

  it('that is full, or nearly', async () => {
    await using server = await startHealthyServer();
    const client = await clientOf(server.url);
    const findingsAt = async (part: number): Promise<readonly unknown[]> => {
      const info = await client.info('memory');
      const used = Number(/^used_memory:(\d+)/m.exec(info)?.[1]);
      await client.configSet('maxmemory', String(Math.round(used / part)));
      return shownFindings(await redisDoctor(ignoreDelays(client)));
    };
    const full = await findingsAt(2);
    const nearlyFull = await findingsAt(0.9);
    client.destroy();
    const percent = expect.stringMatching(/^[\d.]+ [KM]iB of [\d.]+ [KM]iB are used \(\d+ %\)\.$/);
    expect(full).toEqual([['error', 'MEMORY_FULL', percent], NO_REPLICA]);
    expect(nearlyFull).toEqual([['warning', 'MEMORY_NEARLY_FULL', percent], NO_REPLICA]);
  });
});

describe('the disk', () => {
  it('that nothing is written to', async () => {
    expect(await findingsWith({ appendonly: 'no' })).toEqual([
      [
        'warning',
        'NO_PERSISTENCE',
        'There is no append-only file, and no snapshot is made.',
        ...LASTING,
      ],
      NO_REPLICA,
    ]);
  });

  it('that only snapshots are written to', async () => {
    expect(await findingsWith({ appendonly: 'no', save: '900 1' })).toEqual([
      [
        'warning',
        'ONLY_SNAPSHOTS',
        'There is no append-only file; snapshots are made by save 900 1.',
        ...LASTING,
      ],
      NO_REPLICA,
    ]);
  });

  it.each([
    ['no', ['warning', 'FSYNC_BY_SYSTEM', 'appendfsync is no.', ...LASTING]],
    ['everysec', ['info', 'FSYNC_EVERY_SECOND', 'appendfsync is everysec.', ...LASTING]],
  ])('that writes reach later: %s', async (appendfsync, finding) => {
    const findings = await findingsWith({ appendfsync });
    expect(new Set(findings)).toEqual(new Set([finding, NO_REPLICA]));
  });

  it('does not concern who keeps nothing', async () => {
    const options = { packages: ['pubsub-queue'] } as const;
    expect(await findingsWith({ appendonly: 'no' }, options)).toEqual([NO_REPLICA]);
  });

  it('that cannot be written to', async () => {
    await using server = await startHealthyServer({ dbfilename: 'taken.rdb' });
    const client = await clientOf(server.url);
    const { dir = '' } = await client.configGet('dir');
    // A folder in the place of the snapshot.
    await mkdir(join(dir, 'taken.rdb', 'full'), { recursive: true });
    await client.bgSave();
    const isFailed = async (): Promise<boolean> =>
      (await client.info('persistence')).includes('rdb_last_bgsave_status:err');
    while (!(await isFailed())) await sleep(20);
    const findings = shownFindings(await redisDoctor(ignoreDelays(client)));
    client.destroy();
    expect(findings).toEqual([
      ['error', 'PERSISTENCE_FAILS', 'INFO tells rdb_last_bgsave_status err.'],
      NO_REPLICA,
    ]);
  });
});

describe('connections', () => {
  it('for messages that are closed by one long message', async () => {
    const message = 'client-output-buffer-limit is pubsub 1 MiB.';
    const config = { 'client-output-buffer-limit': 'pubsub 1mb 512kb 60' };
    expect(await findingsWith(config)).toEqual([
      ['error', 'PUBSUB_BUFFER_BELOW_MESSAGE', message, 'pubsub-queue'],
      ['warning', 'PUBSUB_BUFFER_SMALL', message, 'streams-queue'],
      NO_REPLICA,
    ]);
    expect(await findingsWith(config, { packages: ['task-store'] })).toEqual([NO_REPLICA]);
  });

  it('for messages without a limit', async () => {
    const config = { 'client-output-buffer-limit': 'pubsub 0 0 0' };
    expect(await findingsWith(config)).toEqual([NO_REPLICA]);
  });

  it('that are closed when they are quiet', async () => {
    expect(await findingsWith({ timeout: '300' })).toEqual([
      NO_REPLICA,
      ['info', 'IDLE_TIMEOUT', 'timeout is 300 seconds.'],
    ]);
  });
});

describe('replicas', () => {
  it('that have to be there for a write, and are not', async () => {
    expect(await findingsWith({ 'min-replicas-to-write': '2' })).toEqual([
      ['error', 'REPLICAS_MISSING', 'min-replicas-to-write is 2, and 0 replicas follow.'],
    ]);
  });

  it('that no write waits for; and a replica takes none', async () => {
    await using primary = await startHealthyServer();
    const { port } = new URL(primary.url);
    await using replica = await startHealthyServer({ replicaof: `127.0.0.1 ${port}` });
    const [client, other] = [await clientOf(primary.url), await clientOf(replica.url)];
    const isUp = async (): Promise<boolean> =>
      (await other.info('replication')).includes('master_link_status:up');
    while (!(await isUp())) await sleep(20);
    const ofPrimary = await redisDoctor(ignoreDelays(client));
    const ofReplica = await redisDoctor(ignoreDelays(other));
    await client.configSet('min-replicas-to-write', '1');
    const waiting = await redisDoctor(client);
    for (const each of [client, other]) each.destroy();
    expect(shownFindings(ofPrimary)).toEqual([
      ['info', 'FAILOVER_LOSES_WRITES', '1 replica follows, and no write waits for that.'],
    ]);
    expect(shownFindings(ofReplica)).toEqual([
      ['error', 'IS_REPLICA', `The server is a replica of 127.0.0.1:${port}.`],
    ]);
    expect(ofReplica.server.nodes.map(({ role }) => role)).toEqual(['replica']);
    expect(shownFindings(waiting)).toEqual([]);
  });
});

describe('clock and network', () => {
  it.each([
    [300_000, 'This process is 300 s ahead of the server.'],
    [-5_400_000, 'This process is 5400 s behind the server.'],
  ])('that differ by %i ms', async (shiftMs, message) => {
    await using server = await startHealthyServer();
    const client = await clientOf(server.url);
    useRuntime(client, { ...systemRuntime, wallClock: () => systemRuntime.wallClock() + shiftMs });
    const report = await redisDoctor(client);
    client.destroy();
    // This one measures, and so does a busy machine.
    const found = shownFindings(report).filter(([, code]) => code !== 'SLOW_ROUND_TRIP');
    expect(found).toEqual([['warning', 'CLOCK_DIFFERS', message], NO_REPLICA]);
    const [{ clockAheadMs = 0, clockUncertaintyMs = 0 } = {}] = report.server.nodes;
    expect(Math.abs(clockAheadMs - shiftMs)).toBeLessThanOrEqual(clockUncertaintyMs);
  });

  it('that take long', async () => {
    await using server = await startHealthyServer();
    const client = await clientOf(server.url);
    const slow: RedisScriptClient & Pick<typeof client, 'sendCommand'> = {
      evalSha: async (...args) => client.evalSha(...args),
      eval: async (...args) => client.eval(...args),
      sendCommand: async (...args) => {
        await sleep(60);
        return client.sendCommand(...args);
      },
    };
    const report = await redisDoctor(slow);
    client.destroy();
    expect(shownFindings(report)).toEqual([
      [
        'warning',
        'SLOW_ROUND_TRIP',
        expect.stringMatching(/^A round trip takes .+ at the least\.$/),
      ],
      NO_REPLICA,
    ]);
  });
});
