import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  type RedisServer,
  startRedisCluster,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import { createClientPool, createCluster } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { errorOf } from '../../../test/error-of.ts';
import type { RedisClient } from '../../client/client-types.ts';
import { createRedisClient } from '../../client/create-redis-client.ts';
import { textReply } from '../../redis/reply.ts';
import { systemRuntime } from '../../runtime/runtime.ts';
import { ChannelHub } from './channel-hub.ts';
import { type Subscription, subscriptionOf } from './subscriber-client.ts';

let server: RedisServer;
let client: RedisClient;
const hubs: ChannelHub[] = [];
const errors: unknown[] = [];

beforeAll(async () => {
  server = await startRedisServer({ processControl: true });
  client = await createRedisClient({ url: server.url });
});
afterEach(async () => {
  for (const hub of hubs.splice(0)) await hub.close();
  errors.length = 0;
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

function openHub(): ChannelHub {
  const hub = new ChannelHub(systemRuntime, subscriptionOf(client, undefined), (error) =>
    errors.push(error),
  );
  hubs.push(hub);
  return hub;
}

async function connections(): Promise<number> {
  const list = await client.sendCommand(['CLIENT', 'LIST']);
  return textReply(list).trim().split('\n').length;
}

describe('ChannelHub', () => {
  it('misses nothing that is published once a listener has joined', async () => {
    const hub = openHub();
    const channel = randomUUID();
    const seen: string[] = [];
    await hub.join(channel, (message) => seen.push(message));
    for (let index = 0; index < 100; index += 1) await client.publish(channel, String(index));
    await vi.waitUntil(() => seen.length === 100);
    expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => String(index)));
  });

  it('opens one connection, at the first use, for however many channels', async () => {
    const before = await connections();
    const hub = openHub();
    expect(await connections()).toBe(before);
    await Promise.all(Array.from({ length: 200 }, async () => hub.join(randomUUID(), () => {})));
    expect(await connections()).toBe(before + 1);
    await hub.close();
    await vi.waitUntil(async () => (await connections()) === before);
  });

  it('subscribes once for all listeners of a channel, and leaves with the last', async () => {
    const hub = openHub();
    const channel = randomUUID();
    const seen: string[] = [];
    const first = (message: string): void => void seen.push(`first ${message}`);
    const second = (message: string): void => void seen.push(`second ${message}`);
    await Promise.all([hub.join(channel, first), hub.join(channel, second)]);
    expect(await client.pubSubNumSub(channel)).toEqual({ [channel]: 1 });
    hub.leave(channel, first);
    hub.leave(channel, first);
    await client.publish(channel, 'a');
    await vi.waitUntil(() => seen.length > 0);
    expect(seen).toEqual(['second a']);
    hub.leave(channel, second);
    await vi.waitUntil(async () => (await client.pubSubNumSub(channel))[channel] === 0);
  });

  it('keeps one who joins while the last one leaves', async () => {
    const hub = openHub();
    const channel = randomUUID();
    const seen: string[] = [];
    const leaving = (): void => {};
    for (let round = 0; round < 20; round += 1) {
      const joined = hub.join(channel, leaving);
      hub.leave(channel, leaving);
      await joined;
    }
    await hub.join(channel, (message) => seen.push(message));
    await client.publish(channel, 'a');
    await vi.waitUntil(() => seen.length > 0);
    expect(seen).toEqual(['a']);
  });

  it('reports a listener that throws, and hands the message to the others', async () => {
    const hub = openHub();
    const [one, two] = [randomUUID(), randomUUID()];
    const seen: string[] = [];
    await hub.join(one, () => {
      throw new Error('A listener failed');
    });
    await hub.join(one, (message) => seen.push(message));
    await hub.join(two, (message) => seen.push(message));
    // In one chunk: what comes behind a message that hurts the client's reader would be lost.
    await client.multi().publish(one, 'a').publish(two, 'b').exec();
    await vi.waitUntil(() => seen.length === 2);
    expect([seen, errors]).toEqual([['a', 'b'], [new Error('A listener failed')]]);
  });

  it('says when messages may have been lost, and goes on', async () => {
    const hub = openHub();
    const channel = randomUUID();
    const seen: string[] = [];
    let resumed = 0;
    hub.onResumed(() => (resumed += 1));
    await hub.join(channel, (message) => seen.push(message));
    await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
    await vi.waitUntil(() => resumed > 0);
    await client.publish(channel, 'after');
    await vi.waitUntil(() => seen.length > 0);
    expect([seen, resumed]).toEqual([['after'], 1]);
  });

  it('waits for a server that is away', async () => {
    const hub = openHub();
    await hub.join(randomUUID(), () => {});
    await server.kill();
    const channel = randomUUID();
    const seen: string[] = [];
    const joining = hub.join(channel, (message) => seen.push(message));
    await server.restart();
    await joining;
    await client.publish(channel, 'after');
    await vi.waitUntil(() => seen.length > 0);
    expect(seen).toEqual(['after']);
  });

  it('refuses to be joined once it is closed', async () => {
    const hub = openHub();
    await hub.close();
    await hub.close();
    expect((await errorOf(hub.join('c', () => {}))).code).toBe('CLIENT_CLOSED');
  });
});

/** A connection of which a test says what becomes of a subscription's end. */
class Connection implements Subscription {
  readonly connected: Promise<void> = Promise.resolve();
  readonly isOwn: boolean = true;
  readonly calls: string[] = [];
  /** Done with each subscription. */
  onSubscribe: () => Promise<void> = async () => {};
  /** Done with each end of a subscription. */
  onUnsubscribe: () => Promise<void> = async () => {};

  openHub(): ChannelHub {
    const hub = new ChannelHub(
      systemRuntime,
      () => this,
      (error) => errors.push(error),
    );
    hubs.push(hub);
    return hub;
  }

  async subscribe(channel: string): Promise<void> {
    this.calls.push(`subscribe ${channel}`);
    await this.onSubscribe();
  }

  async unsubscribe(channel: string): Promise<void> {
    this.calls.push(`unsubscribe ${channel}`);
    await this.onUnsubscribe();
    this.calls.push(`unsubscribed ${channel}`);
  }

  close(): void {
    this.calls.push('close');
  }
}

describe('ChannelHub, of a channel that the server refuses', () => {
  it.each([
    [
      'SERVER_UNSUPPORTED',
      'This Redis server will not do: a cluster has sharded messages since Redis 7.',
      'ERR unknown command `ssubscribe`, with args beginning with: `c`, ',
      '',
    ],
    [
      'COMMAND_FAILED',
      'Redis refused to hand on messages to this process: the user of the client may not access a channel.',
      'NOPERM User a has no permissions to access a channel',
      ' The user of the client may not access channel "c": it needs a pattern such as &c.',
    ],
  ])('tells who joins %s: %s', async (code, message, reply, advice) => {
    const connection = new Connection();
    connection.onSubscribe = async () => {
      throw new Error(reply);
    };
    const error = await errorOf(connection.openHub().join('c', () => {}));
    expect([error.code, error.message, error.detail]).toEqual([
      code,
      message,
      `It cannot subscribe to channel "c": ${reply}${advice}`.trim(),
    ]);
  });
});

describe('ChannelHub, of a channel that is being left', () => {
  const listener = (): void => {};

  it('tries again where the connection broke: the client subscribes once more with the next', async () => {
    const connection = new Connection();
    const hub = connection.openHub();
    await hub.join('c', listener);
    connection.onUnsubscribe = async () => {
      if (connection.calls.length < 4) throw new Error('Socket closed unexpectedly');
    };
    hub.leave('c', listener);
    await vi.waitUntil(() => connection.calls.includes('unsubscribed c'));
    expect(connection.calls.slice(1)).toEqual([
      'unsubscribe c',
      'unsubscribe c',
      'unsubscribe c',
      'unsubscribed c',
    ]);
    expect(errors).toEqual([]);
  });

  it.each(['The client is closed', 'NOPERM this user has no permissions'])(
    'does not try again what cannot succeed: %s',
    async (message) => {
      const connection = new Connection();
      const hub = connection.openHub();
      await hub.join('c', listener);
      connection.onUnsubscribe = async () => {
        throw new Error(message);
      };
      hub.leave('c', listener);
      // Who joins comes after that, and finds it over.
      await hub.join('c', listener);
      expect(connection.calls).toEqual(['subscribe c', 'unsubscribe c', 'subscribe c']);
    },
  );

  it('does not try again once it is closed', async () => {
    const connection = new Connection();
    const hub = connection.openHub();
    await hub.join('c', listener);
    connection.onUnsubscribe = async () => {
      await hub.close();
      throw new Error('Socket closed unexpectedly');
    };
    hub.leave('c', listener);
    await vi.waitUntil(() => connection.calls.includes('close'));
    await sleep(50);
    expect(connection.calls).toEqual(['subscribe c', 'unsubscribe c', 'close']);
  });

  it('lets one who joins wait until it is left, and nobody of another channel', async () => {
    const connection = new Connection();
    const hub = connection.openHub();
    await hub.join('c', listener);
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    connection.onUnsubscribe = async () => released;
    hub.leave('c', listener);
    let isJoined = false;
    const joining = hub.join('c', listener).then(() => (isJoined = true));
    await hub.join('d', listener);
    expect(connection.calls).toEqual(['subscribe c', 'unsubscribe c', 'subscribe d']);
    expect(isJoined).toBe(false);
    release();
    await joining;
    expect(connection.calls.slice(3)).toEqual(['unsubscribed c', 'subscribe c']);
  });

  it('keeps the order of those who join and leave meanwhile', async () => {
    const connection = new Connection();
    const hub = connection.openHub();
    await hub.join('c', listener);
    let failures = 2;
    connection.onUnsubscribe = async () => {
      failures -= 1;
      if (failures >= 0) throw new Error('Socket closed unexpectedly');
    };
    hub.leave('c', listener);
    const joining = hub.join('c', listener);
    hub.leave('c', listener);
    const last = hub.join('c', listener);
    await Promise.all([joining, last]);
    expect(connection.calls.filter((call) => call !== 'unsubscribe c')).toEqual([
      'subscribe c',
      'unsubscribed c',
      'subscribe c',
      'unsubscribed c',
      'subscribe c',
    ]);
  });
});

describe('subscriptionOf', () => {
  it('takes a subscriber of the application, and leaves it open', async () => {
    const subscriber = client.duplicate();
    await subscriber.connect();
    const pool = createClientPool({ url: server.url });
    const hub = new ChannelHub(systemRuntime, subscriptionOf(pool, subscriber), () => {});
    const seen: string[] = [];
    await hub.join('given', (message) => seen.push(message));
    await client.publish('given', 'a');
    await vi.waitUntil(() => seen.length > 0);
    await hub.close();
    expect([seen, subscriber.isOpen]).toEqual([['a'], true]);
    subscriber.destroy();
    pool.destroy();
  });

  it('refuses a pool, which cannot subscribe', () => {
    const pool = createClientPool({ url: server.url });
    expect(() => subscriptionOf(pool, undefined)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('"subscriber"'),
      }),
    );
    expect(() => subscriptionOf(client, {} as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });

  it('receives the messages of the shard on a cluster', async () => {
    await using servers = await startRedisCluster();
    const cluster = createCluster({ rootNodes: servers.urls.map((url) => ({ url })) });
    cluster.on('error', () => {});
    await cluster.connect();
    const hub = new ChannelHub(systemRuntime, subscriptionOf(cluster, undefined), () => {});
    const seen: string[] = [];
    for (const tag of ['{a}', '{b}', '{c}']) await hub.join(tag, (message) => seen.push(message));
    for (const tag of ['{a}', '{b}', '{c}']) await cluster.sPublish(tag, tag);
    await vi.waitUntil(() => seen.length === 3);
    expect(seen.toSorted()).toEqual(['{a}', '{b}', '{c}']);
    await hub.close();
    await cluster.close();
  });
});
