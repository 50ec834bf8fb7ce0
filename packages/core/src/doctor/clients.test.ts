import {
  type RedisCluster,
  type RedisSentinel,
  type RedisServer,
  startRedisCluster,
  startRedisSentinel,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import * as v6 from 'redis';
import * as v5 from 'redis-v5';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  clientOf,
  LASTING,
  ignoreDelays,
  NO_REPLICA,
  type Shown,
  shownFindings,
  startHealthyServer,
} from '../../test/doctor-findings.ts';
import { errorOf } from '../../test/error-of.ts';
import { TcpProxy } from '../../test/tcp-proxy.ts';
import type { RedisScriptClient } from '../redis/script-client.ts';
import { redisDoctor } from './redis-doctor.ts';

interface OpenClient extends RedisScriptClient {
  connect(): Promise<unknown>;
  destroy(): unknown;
  on(event: 'error', listener: () => void): unknown;
}

/** Where sentinels are, as both versions take it. */
interface SentinelAddress {
  readonly name: string;
  readonly sentinelRootNodes: { readonly host: string; readonly port: number }[];
}

/** Replies as an application may want them that stores bytes, too. */
const BUFFERS = {
  commandOptions: {
    typeMapping: { [v6.RESP_TYPES.BLOB_STRING]: Buffer, [v6.RESP_TYPES.SIMPLE_STRING]: Buffer },
  },
};

async function connected(client: OpenClient): Promise<OpenClient> {
  client.on('error', () => {});
  await client.connect();
  return ignoreDelays(client);
}

describe('the client of one server', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startHealthyServer();
  });
  afterAll(async () => server.stop());

  it.each<[string, (url: string) => OpenClient]>([
    ['redis 6, RESP3', (url) => v6.createClient({ url })],
    ['redis 6, RESP2', (url) => v6.createClient({ url, RESP: 2 })],
    ['redis 6, buffers', (url) => v6.createClient({ url, ...BUFFERS })],
    ['redis 6, pool', (url) => v6.createClientPool({ url }, { maximum: 3 })],
    ['redis 6, pool, buffers', (url) => v6.createClientPool({ url, ...BUFFERS }, { maximum: 3 })],
    ['redis 6, database 3', (url) => v6.createClient({ url, database: 3 })],
    ['redis 5, RESP3', (url) => v5.createClient({ url, RESP: 3 })],
    ['redis 5, RESP2', (url) => v5.createClient({ url })],
    ['redis 5, buffers', (url) => v5.createClient({ url, RESP: 3, ...BUFFERS })],
    ['redis 5, pool', (url) => v5.createClientPool({ url }, { maximum: 3 })],
  ])('%s', async (_kind, create) => {
    const client = await connected(create(server.url));
    const report = await redisDoctor(client);
    client.destroy();
    expect(shownFindings(report)).toEqual([NO_REPLICA]);
    expect(report.server).toMatchObject({
      redisVersion: server.version,
      layout: 'single',
      user: 'default',
      nodes: [{ role: 'primary', evictionPolicy: 'noeviction', clockAheadMs: expect.any(Number) }],
    });
  });

  it('that sends nothing but scripts is told what scripts cannot ask', async () => {
    const client = await clientOf(server.url);
    const scripts: RedisScriptClient = {
      evalSha: async (...args) => client.evalSha(...args),
      eval: async (...args) => client.eval(...args),
    };
    const report = await redisDoctor(ignoreDelays(scripts));
    client.destroy();
    const found = shownFindings(report).map(([severity, code]) => [severity, code]);
    expect(found).toEqual([
      ['unknown', 'PERSISTENCE_UNKNOWN'],
      ['unknown', 'PUBSUB_BUFFER_UNKNOWN'],
      ['unknown', 'IDLE_TIMEOUT_UNKNOWN'],
      ['info', 'NO_REPLICA'],
    ]);
    expect(report.findings[1]?.message).toMatch(
      /^The output buffer of subscribers: unknown, because the server refused CONFIG GET: ERR .*This (?:Redis|Valkey) command is not allowed from script/,
    );
    expect(report.server).toMatchObject({ redisVersion: server.version, user: undefined });
    expect(report.server.nodes).toMatchObject([{ clockAheadMs: expect.any(Number) }]);
  });
});

describe('the client of sentinels', () => {
  let deployment: RedisSentinel;
  beforeAll(async () => {
    deployment = await startRedisSentinel();
  });
  afterAll(async () => deployment.stop());

  it.each<[string, (options: SentinelAddress) => OpenClient]>([
    ['redis 6', (options) => v6.createSentinel(options)],
    ['redis 5', (options) => v5.createSentinel(options)],
  ])('%s: its primary is asked, while others use it', async (_kind, create) => {
    const { name, addresses } = deployment;
    const client = await connected(create({ name, sentinelRootNodes: [...addresses] }));
    const [report, ...others] = await Promise.all([
      redisDoctor(client),
      redisDoctor(client),
      redisDoctor(client),
    ]);
    client.destroy();
    const found = [
      ['warning', 'NO_PERSISTENCE'],
      ['info', 'NO_MEMORY_LIMIT'],
      ['info', 'FAILOVER_LOSES_WRITES'],
    ];
    for (const each of [report, ...others]) {
      expect(each.findings.map(({ severity, code }) => [severity, code])).toEqual(found);
    }
    expect(report.server).toMatchObject({ layout: 'single', nodes: [{ role: 'primary' }] });
  });
});

describe('a cluster', () => {
  let cluster: RedisCluster;
  let addresses: readonly string[];
  beforeAll(async () => {
    cluster = await startRedisCluster();
    addresses = cluster.urls.map((url) => new URL(url).host);
  });
  afterAll(async () => cluster.stop());

  /** What each node of these clusters lacks. */
  const LACKED: readonly Shown[] = [
    [
      'warning',
      'NO_PERSISTENCE',
      'There is no append-only file, and no snapshot is made.',
      ...LASTING,
    ],
    ['info', 'NO_MEMORY_LIMIT', 'maxmemory is 0: no limit.'],
    NO_REPLICA,
  ];

  it.each<[string, (rootNodes: { url: string }[]) => OpenClient]>([
    ['redis 6', (rootNodes) => v6.createCluster({ rootNodes })],
    ['redis 5', (rootNodes) => v5.createCluster({ rootNodes })],
  ])('of %s: each master is asked, and named', async (_kind, create) => {
    const [first = ''] = cluster.urls;
    const client = await connected(create(cluster.urls.map((url) => ({ url }))));
    const admin = await clientOf(first);
    await admin.configSet('timeout', '77');
    const report = await redisDoctor(client);
    await admin.configSet('timeout', '0');
    for (const each of [client, admin]) each.destroy();
    expect(shownFindings(report)).toEqual([
      ...LACKED,
      ['info', 'IDLE_TIMEOUT', 'timeout is 77 seconds.'],
    ]);
    const nodes = report.findings.map(({ nodes: named }) => named.toSorted());
    const all = addresses.toSorted();
    expect(nodes).toEqual([all, all, all, [addresses[0]]]);
    expect(report.server).toMatchObject({
      layout: 'cluster',
      redisVersion: cluster.nodes[0]?.version,
    });
    expect(new Set(report.server.nodes.map(({ address }) => address))).toEqual(new Set(all));
  });

  it('whose client knows one node, which sends it elsewhere', async () => {
    const client = await clientOf(cluster.urls[0] ?? '');
    const report = await redisDoctor(ignoreDelays(client));
    client.destroy();
    expect(shownFindings(report)).toEqual([
      [
        'error',
        'CLUSTER_CLIENT_NEEDED',
        'The server is one node of a cluster, and the client knows no other.',
      ],
      ...LACKED,
    ]);
  });

  it('of one node, which a plain client will do for', async () => {
    await using single = await startRedisCluster({ nodes: 1 });
    const client = await clientOf(single.urls[0] ?? '');
    const report = await redisDoctor(ignoreDelays(client));
    client.destroy();
    expect(shownFindings(report)).toEqual(LACKED);
    expect(report.server.layout).toBe('cluster');
  });

  it('that does not serve its slots', async () => {
    await using server = await startRedisServer({ config: { 'cluster-enabled': 'yes' } });
    const client = await clientOf(server.url);
    const report = await redisDoctor(ignoreDelays(client));
    client.destroy();
    expect(shownFindings(report)).toEqual([
      ['error', 'CLUSTER_DOWN', 'cluster_state is fail.'],
      ...LACKED,
    ]);
  });

  it('of which a node does not answer', async () => {
    const client = v6.createCluster({ rootNodes: cluster.urls.map((url) => ({ url })) });
    client.on('error', () => {});
    await client.connect();
    const [, silent] = cluster.nodes;
    silent?.pause();
    const report = await redisDoctor(client, { deadlineMs: 5000 });
    silent?.resume();
    client.destroy();
    const [unreachable, ...others] = report.findings;
    expect(unreachable).toMatchObject({
      code: 'NODE_UNREACHABLE',
      severity: 'error',
      message: expect.stringMatching(/^It could not be asked: .+ no answer in time\.$/),
      nodes: [addresses[1]],
    });
    // The clock has to tell here when the deadline is, so that a busy machine is slow.
    const codes = others.map(({ code }) => code).filter((code) => code !== 'SLOW_ROUND_TRIP');
    expect(codes).toEqual(LACKED.map(([, code]) => code));
    expect(report.server.nodes.find(({ address }) => address === addresses[1])).toEqual({
      address: addresses[1],
    });
  });

  it('whose client is closed', async () => {
    const client = v6.createCluster({ rootNodes: [{ url: cluster.urls[0] ?? '' }] });
    expect((await errorOf(redisDoctor(client))).code).toBe('CLIENT_CLOSED');
  });
});

describe('a server that does not answer', () => {
  it('fails as a call of the stores does', async () => {
    await using server = await startRedisServer({ password: 'secret', exclusive: true });
    await using proxy = await TcpProxy.start(server.url);
    const { host, port } = proxy.address;
    const client = v6.createClient({
      socket: { host, port, reconnectStrategy: 20 },
      password: 'secret',
    });
    client.on('error', () => {});
    await client.connect();
    await proxy.stop();
    expect((await errorOf(redisDoctor(client, { deadlineMs: 300 }))).code).toBe(
      'DEADLINE_EXCEEDED',
    );
    client.destroy();
    expect((await errorOf(redisDoctor(client))).code).toBe('CLIENT_CLOSED');
    const { host: address } = new URL(server.url);
    const nobody = v6.createClient({ url: `redis://${address}`, RESP: 2 });
    nobody.on('error', () => {});
    await nobody.connect();
    expect(await errorOf(redisDoctor(nobody))).toMatchObject({
      code: 'COMMAND_FAILED',
      message:
        'Redis does not let the client in: it gave no password, or a wrong one. Give it the username and the password.',
    });
    nobody.destroy();
  });
});
