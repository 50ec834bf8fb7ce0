import * as v6 from 'redis';
import * as v5 from 'redis-v5';
import { describe, expect, it } from 'vitest';

import {
  isClusterClient,
  type RedisScriptClient,
  type Topology,
  topologyOf,
} from './script-client.ts';

const sentinel = { name: 'main', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] };

/** That this compiles is a test of its own: nothing is cast. Making a client opens no socket. */
const NOT_CLUSTERS: Readonly<Record<string, RedisScriptClient>> = {
  'client 6': v6.createClient(),
  'client 6, RESP2': v6.createClient({ RESP: 2 }),
  'client 6, RESP3': v6.createClient({ RESP: 3 }),
  'pool 6': v6.createClientPool(),
  'pool 6, RESP2': v6.createClientPool({ RESP: 2 }),
  'pool 6, RESP3': v6.createClientPool({ RESP: 3 }),
  'sentinel 6': v6.createSentinel(sentinel),
  'sentinel 6, RESP2': v6.createSentinel({ ...sentinel, RESP: 2 }),
  'sentinel 6, RESP3': v6.createSentinel({ ...sentinel, RESP: 3 }),
  'client 5': v5.createClient(),
  'client 5, RESP2': v5.createClient({ RESP: 2 }),
  'client 5, RESP3': v5.createClient({ RESP: 3 }),
  'pool 5': v5.createClientPool(),
  'pool 5, RESP2': v5.createClientPool({ RESP: 2 }),
  'pool 5, RESP3': v5.createClientPool({ RESP: 3 }),
  'sentinel 5': v5.createSentinel(sentinel),
  'sentinel 5, RESP2': v5.createSentinel({ ...sentinel, RESP: 2 }),
  'sentinel 5, RESP3': v5.createSentinel({ ...sentinel, RESP: 3 }),
};

const CLUSTERS: Readonly<Record<string, RedisScriptClient>> = {
  'cluster 6': v6.createCluster({ rootNodes: [] }),
  'cluster 6, RESP2': v6.createCluster({ rootNodes: [], RESP: 2 }),
  'cluster 6, RESP3': v6.createCluster({ rootNodes: [], RESP: 3 }),
  'cluster 5': v5.createCluster({ rootNodes: [] }),
  'cluster 5, RESP2': v5.createCluster({ rootNodes: [], RESP: 2 }),
  'cluster 5, RESP3': v5.createCluster({ rootNodes: [], RESP: 3 }),
};

describe('isClusterClient', () => {
  it.each(Object.entries(NOT_CLUSTERS))('%s is none', (_name, client) => {
    expect(isClusterClient(client)).toBe(false);
  });

  it.each(Object.entries(CLUSTERS))('%s is one', (_name, client) => {
    expect(isClusterClient(client)).toBe(true);
  });

  it('types that applications declare fit as well', () => {
    const declared: readonly [v6.RedisClientType, v6.RedisClusterType, v6.RedisSentinelType] = [
      v6.createClient(),
      v6.createCluster({ rootNodes: [] }),
      v6.createSentinel(sentinel),
    ];
    const fitting: readonly RedisScriptClient[] = declared;
    expect(fitting.map(isClusterClient)).toEqual([false, true, false]);
  });
});

describe('topologyOf', () => {
  it('tells the kinds of node-redis apart', () => {
    const topologies = (clients: object): Set<Topology> =>
      new Set(Object.values(clients).map((client: RedisScriptClient) => topologyOf(client)));
    expect(topologies(CLUSTERS)).toEqual(new Set(['cluster']));
    expect(topologies(NOT_CLUSTERS)).toEqual(new Set(['server', 'sentinel']));
    expect(topologyOf(v6.createSentinel(sentinel))).toBe('sentinel');
    expect(topologyOf(v5.createSentinel(sentinel))).toBe('sentinel');
  });

  it('takes the word of other clients', () => {
    const script = async (): Promise<unknown> => undefined;
    const told: readonly (Topology | undefined)[] = ['cluster', 'sentinel', 'server', undefined];
    const found = told.map((topology) => topologyOf({ topology, evalSha: script, eval: script }));
    expect(found).toEqual(['cluster', 'sentinel', 'server', 'server']);
  });
});
