import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  type RedisCluster,
  type RedisServer,
  startRedisCluster,
  startRedisSentinel,
} from '@a2a-redis-internal/redis-server';
import * as v6 from 'redis';
import * as v5 from 'redis-v5';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import type { RedisScriptClient } from '../../redis/script-client.ts';
import { systemRuntime } from '../../runtime/runtime.ts';
import { ChannelHub } from './channel-hub.ts';
import { subscriptionOf } from './subscriber-client.ts';

const WAIT = { timeout: 20_000, interval: 20 };

interface TestClient extends RedisScriptClient {
  on(event: 'error', listener: () => void): unknown;
  connect(): Promise<unknown>;
  destroy(): unknown;
}

const VERSIONS = [
  {
    label: 'node-redis 5',
    createCluster: (urls: readonly string[]): TestClient =>
      v5.createCluster({ rootNodes: urls.map((url) => ({ url })) }),
    createSentinel: (options: v6.RedisSentinelOptions): TestClient =>
      v5.createSentinel({ name: options.name, sentinelRootNodes: options.sentinelRootNodes }),
  },
  {
    label: 'node-redis 6',
    createCluster: (urls: readonly string[]): TestClient =>
      v6.createCluster({ rootNodes: urls.map((url) => ({ url })) }),
    createSentinel: (options: v6.RedisSentinelOptions): TestClient => v6.createSentinel(options),
  },
];

/** A hub, and what it tells. */
class TestHub implements AsyncDisposable {
  readonly seen: string[] = [];
  /** For each time that it resumed: the channels that were concerned. */
  readonly resumed: string[][] = [];
  readonly errors: string[] = [];
  readonly #client: TestClient;
  readonly #hub: ChannelHub;

  private constructor(client: TestClient) {
    this.#client = client;
    this.#hub = new ChannelHub(systemRuntime, subscriptionOf(client, undefined), (error) => {
      this.errors.push(String(error));
    });
  }

  static async open(client: TestClient, channels: readonly string[]): Promise<TestHub> {
    client.on('error', () => {});
    await client.connect();
    const opened = new TestHub(client);
    for (const channel of channels) {
      await opened.#hub.join(channel, (message) => opened.seen.push(message));
    }
    opened.#hub.onResumed((isConcerned) => opened.resumed.push(channels.filter(isConcerned)));
    return opened;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hub.close();
    this.#client.destroy();
  }
}

async function onNode<T>(url: string, use: (client: v6.RedisClientType) => Promise<T>): Promise<T> {
  const client: v6.RedisClientType = v6.createClient({ url });
  client.on('error', () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

describe.each(VERSIONS)('subscriptionOf a cluster of $label', ({ createCluster }) => {
  let cluster: RedisCluster;
  let channels: string[];

  beforeAll(async () => {
    cluster = await startRedisCluster();
    channels = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `{${name}}${randomUUID()}`);
  });
  afterAll(async () => {
    await cluster.stop();
  });

  /** Which channels of a test a node has subscribers of. */
  async function servedBy({ url }: RedisServer): Promise<readonly string[]> {
    return onNode(url, async (client) => {
      const list = await client.pubSubShardChannels();
      return channels.filter((channel) => list.includes(channel));
    });
  }

  async function publishToAll(text: string): Promise<void> {
    const publisher = v6.createCluster({ rootNodes: cluster.urls.map((url) => ({ url })) });
    publisher.on('error', () => {});
    await publisher.connect();
    for (const channel of channels) await publisher.sPublish(channel, text);
    publisher.destroy();
  }

  it('tells once of a connection for messages, and of its channels alone', async () => {
    await using hub = await TestHub.open(createCluster(cluster.urls), channels);
    const [node] = cluster.nodes;
    if (node === undefined) throw new Error('No node');
    for (const { url } of cluster.nodes) {
      await onNode(url, async (client) => client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal']));
    }
    await publishToAll('still there');
    await vi.waitUntil(() => hub.seen.length === channels.length, WAIT);
    expect(hub.resumed).toEqual([]);
    const served = await servedBy(node);
    await onNode(node.url, async (client) => {
      await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
    });
    await vi.waitUntil(() => hub.resumed.length > 0, WAIT);
    await publishToAll('again');
    await vi.waitUntil(() => hub.seen.length === 2 * channels.length, WAIT);
    expect(hub.resumed).toEqual([served]);
    expect(hub.errors).toEqual([]);
  });

  it('tells once of a node that was away, when it is back', async () => {
    await using hub = await TestHub.open(createCluster(cluster.urls), channels);
    const [, node] = cluster.nodes;
    if (node === undefined) throw new Error('No node');
    const served = await servedBy(node);
    await node.kill();
    await sleep(1500);
    expect(hub.resumed).toEqual([]);
    await node.restart();
    await vi.waitUntil(() => hub.resumed.length > 0, WAIT);
    await sleep(500);
    expect(hub.resumed).toEqual([served]);
  });

  it('follows a channel that moves to another node', async () => {
    await using hub = await TestHub.open(createCluster(cluster.urls), channels);
    const [channel = ''] = channels;
    const serving = await Promise.all(cluster.nodes.map(servedBy));
    const from = serving.findIndex((served) => served.includes(channel));
    const { nodes } = cluster;
    const [source, target] = [nodes[from], nodes[(from + 1) % nodes.length]];
    if (source === undefined || target === undefined) throw new Error('No nodes');
    const slot = await onNode(source.url, async (client) => client.clusterKeySlot(channel));
    await cluster.moveSlot(slot, source, target);
    await vi.waitUntil(() => hub.resumed.length > 0, WAIT);
    expect(hub.resumed).toEqual([[channel]]);
    await vi.waitUntil(async () => {
      await publishToAll('moved').catch(() => undefined);
      return hub.seen.length >= channels.length;
    }, WAIT);
  });
});

describe.each(VERSIONS)('subscriptionOf a sentinel client of $label', ({ createSentinel }) => {
  it('tells once of its connection for messages', async () => {
    await using deployment = await startRedisSentinel();
    const options = { name: deployment.name, sentinelRootNodes: [...deployment.addresses] };
    await using hub = await TestHub.open(createSentinel(options), ['channel']);
    const { url } = await deployment.primary();
    await onNode(url, async (client) => {
      await client.publish('channel', '1');
      await vi.waitUntil(() => hub.seen.length === 1, WAIT);
      await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
      await vi.waitUntil(() => hub.resumed.length > 0, WAIT);
      await client.publish('channel', '2');
      await vi.waitUntil(() => hub.seen.length === 2, WAIT);
    });
    expect([hub.seen, hub.resumed]).toEqual([['1', '2'], [['channel']]]);
  });
});
