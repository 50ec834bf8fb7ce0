import { randomUUID } from 'node:crypto';

import {
  type RedisCluster,
  type RedisServer,
  startRedisCluster,
  startRedisSentinel,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import { defineScript, ScriptRunner } from '@a2a-redis/core/shared';
import { createClient, type RedisClientType } from 'redis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { fromIoredis, type Ioredis } from '../src/index.ts';
import { DRIVERS, placeOf, watchedBy } from './drivers.ts';

const publishScript = defineScript('publish', "return redis.call('SPUBLISH', KEYS[1], ARGV[1])");

/** Channels that are joined as a queue manager does, and what is told of them. */
class Joined implements AsyncDisposable {
  readonly seen: string[] = [];
  /** For each time that channels were lost: which. */
  readonly lost: string[][] = [];
  readonly errors: string[] = [];
  readonly subscriber: ReturnType<ReturnType<typeof fromIoredis>['duplicate']>;
  readonly #client: Ioredis;
  readonly #kind: 'subscribe' | 'sSubscribe';

  private constructor(client: Ioredis, kind: 'subscribe' | 'sSubscribe') {
    this.#client = client;
    this.#kind = kind;
    this.subscriber = fromIoredis(client).duplicate();
    this.subscriber.on('error', (error) => this.errors.push(error.message));
    this.subscriber.on('channels-lost', (channels) => void this.#joinAgain(channels));
  }

  static async open(
    client: Ioredis,
    channels: readonly string[],
    kind: 'subscribe' | 'sSubscribe',
  ): Promise<Joined> {
    const joined = new Joined(client, kind);
    await joined.subscriber.connect();
    await Promise.all(channels.map(async (channel) => joined.#join(channel)));
    return joined;
  }

  async #joinAgain(channels: readonly string[]): Promise<void> {
    await Promise.all(channels.map(async (channel) => this.#join(channel)));
    this.lost.push([...channels].toSorted());
  }

  async #join(channel: string): Promise<void> {
    for (;;) {
      try {
        await this.subscriber[this.#kind](channel, (message, on) => {
          this.seen.push(`${on} ${message}`);
        });
        return;
      } catch (error) {
        this.errors.push(String(error));
        if (!this.subscriber.isOpen) throw error;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.subscriber.destroy();
    this.#client.disconnect();
  }
}

async function onNode<T>(url: string, use: (client: RedisClientType) => Promise<T>): Promise<T> {
  const client: RedisClientType = createClient({ url });
  client.on('error', () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

/** How many connections receive messages. */
async function subscribers(url: string): Promise<number> {
  return onNode(url, async (client) => {
    return (await client.clientList({ TYPE: 'PUBSUB' })).length;
  });
}

async function killSubscribers(url: string): Promise<void> {
  await onNode(url, async (admin) => admin.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']));
}

describe.each(DRIVERS)('messages beside a client of $label', ({ connect }) => {
  it.each(['subscribe', 'sSubscribe'] as const)(
    'come again after its connection broke, which is told once: %s',
    async (kind) => {
      await using server = await startRedisServer({ processControl: true });
      const { url } = server;
      const channels = ['a', 'b'];
      await using joined = await Joined.open(connect(placeOf(server)), channels, kind);
      const publish = async (text: string): Promise<void> =>
        onNode(url, async (admin) => {
          for (const channel of channels) {
            await (kind === 'subscribe'
              ? admin.publish(channel, text)
              : admin.sPublish(channel, text));
          }
        });

      const own = await subscribers(url);
      await publish('1');
      await killSubscribers(url);
      await vi.waitUntil(() => joined.lost.length === 1);
      await publish('2');
      await server.restart();
      await vi.waitUntil(() => joined.lost.length === 2);
      await publish('3');
      await vi.waitUntil(() => joined.seen.length === 6);
      expect(joined.seen).toEqual(['a 1', 'b 1', 'a 2', 'b 2', 'a 3', 'b 3']);
      expect(joined.lost).toEqual([channels, channels]);
      expect([own, await subscribers(url)]).toEqual([1, 1]);
    },
  );

  it('come again whatever the options of the client say of its own calls and subscriptions', async () => {
    await using server = await startRedisServer({ exclusive: true });
    const { url } = server;
    const options = {
      ...placeOf(server),
      autoResubscribe: false,
      commandTimeout: 100,
      enableAutoPipelining: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
    };
    await using joined = await Joined.open(connect(options), ['a'], 'subscribe');
    await killSubscribers(url);
    await vi.waitUntil(() => joined.lost.length === 1);
    await onNode(url, async (admin) => admin.publish('a', '1'));
    await vi.waitUntil(() => joined.seen.length > 0);
    expect([joined.seen, joined.lost]).toEqual([['a 1'], [['a']]]);
  });

  it('end with its destruction, which leaves the client alone', async () => {
    await using server = await startRedisServer({ exclusive: true });
    const client = connect(placeOf(server));
    const joined = await Joined.open(client, ['a'], 'subscribe');
    joined.subscriber.destroy();
    await vi.waitUntil(async () => (await subscribers(server.url)) === 0);
    expect(await fromIoredis(client).ping()).toBe('PONG');
    client.disconnect();
  });

  it('come from the server that was promoted', async () => {
    await using deployment = await startRedisSentinel();
    await using joined = await Joined.open(connect(watchedBy(deployment)), ['a'], 'subscribe');
    const primary = await deployment.failover();
    await vi.waitUntil(() => joined.lost.length > 0);
    await onNode(primary.url, async (admin) => admin.publish('a', '1'));
    await vi.waitUntil(() => joined.seen.length > 0);
    expect(joined.seen).toEqual(['a 1']);
  });
});

describe.each(DRIVERS)(
  'messages beside a cluster client of $label',
  ({ label, connectCluster }) => {
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
        return channels.filter((channel) => list.includes(channel)).toSorted();
      });
    }

    async function publishToAll(client: Ioredis, text: string): Promise<void> {
      const runner = new ScriptRunner(fromIoredis(client));
      for (const channel of channels) await runner.run(publishScript, [channel], [text]);
    }

    const expected = (...texts: string[]): string[] =>
      texts.flatMap((text) => channels.map((channel) => `${channel} ${text}`)).toSorted();

    it('come again after a connection broke, which is told once, and of its channels alone', async () => {
      const client = connectCluster(cluster.urls);
      await using joined = await Joined.open(client, channels, 'sSubscribe');
      const [node] = cluster.nodes;
      if (node === undefined) throw new Error('No node');
      for (const { url } of cluster.nodes) {
        await onNode(url, async (admin) => admin.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal']));
      }
      await publishToAll(client, '1');
      await vi.waitUntil(() => joined.seen.length === channels.length);
      expect(joined.lost).toEqual([]);
      const served = await servedBy(node);
      expect(served).not.toEqual([]);
      await killSubscribers(node.url);
      await vi.waitUntil(() => joined.lost.length > 0);
      await publishToAll(client, '2');
      await vi.waitUntil(() => joined.seen.length === 2 * channels.length);
      expect(joined.lost).toEqual([served]);
      expect(joined.seen.toSorted()).toEqual(expected('1', '2'));
      expect(joined.errors).toEqual([]);
    });

    it('come again from a node that was away', async () => {
      const client = connectCluster(cluster.urls);
      await using joined = await Joined.open(client, channels, 'sSubscribe');
      const [, node] = cluster.nodes;
      if (node === undefined) throw new Error('No node');
      const served = await servedBy(node);
      await node.kill();
      await vi.waitUntil(() => joined.errors.length > 0);
      expect(joined.lost).toEqual([]);
      await node.restart();
      await vi.waitUntil(() => joined.lost.length > 0);
      await publishToAll(client, '1');
      await vi.waitUntil(() => joined.seen.length === channels.length);
      expect(joined.lost).toEqual([served]);
      expect(joined.seen.toSorted()).toEqual(expected('1'));
    });

    it('follow a channel that moves to another node', async () => {
      const client = connectCluster(cluster.urls);
      await using joined = await Joined.open(client, channels, 'sSubscribe');
      const [channel = ''] = channels;
      const serving = await Promise.all(cluster.nodes.map(servedBy));
      const from = serving.findIndex((served) => served.includes(channel));
      const { nodes } = cluster;
      const [source, target] = [nodes[from], nodes[(from + 1) % nodes.length]];
      if (source === undefined || target === undefined) throw new Error('No nodes');
      const slot = await onNode(source.url, async (admin) => admin.clusterKeySlot(channel));
      await cluster.moveSlot(slot, source, target);
      await vi.waitUntil(async () => (await servedBy(target)).includes(channel));
      await publishToAll(client, '1');
      await vi.waitUntil(() => joined.seen.length === channels.length);
      expect(joined.seen.toSorted()).toEqual(expected('1'));
      await vi.waitUntil(() => joined.lost.length > 0);
      // ioredis 5 and iovalkey take such news for a disorder, so that all of the connection may have been lost.
      const concerned = label === 'ioredis 6' ? [channel] : (serving[from] ?? []);
      await vi.waitUntil(() => joined.lost.flat().length >= concerned.length);
      expect(joined.lost.flat().toSorted()).toEqual(concerned);
    });

    it('follow the channels of a node that hands over to its replica', async () => {
      const client = connectCluster(cluster.urls);
      await using joined = await Joined.open(client, channels, 'sSubscribe');
      const [node] = cluster.nodes;
      if (node === undefined) throw new Error('No node');
      const served = await servedBy(node);
      const replica = await cluster.addReplica(node);
      await onNode(replica.url, async (admin) => admin.sendCommand(['CLUSTER', 'FAILOVER']));
      // What the client learns by its commands, its subscriptions follow.
      await vi.waitUntil(async () => {
        await publishToAll(client, 'early');
        return (await servedBy(replica)).length === served.length;
      });
      await publishToAll(client, 'last');
      await vi.waitUntil(() =>
        channels.every((channel) => joined.seen.includes(`${channel} last`)),
      );
      expect(new Set(joined.lost.flat())).toEqual(new Set(served));
    });
  },
);
