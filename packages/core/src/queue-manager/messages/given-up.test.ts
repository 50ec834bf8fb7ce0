import { startRedisServer } from '@a2a-redis-internal/redis-server';
import * as v6 from 'redis';
import * as v5 from 'redis-v5';
import { describe, expect, it, vi } from 'vitest';

import { errorOf } from '../../../test/error-of.ts';
import type { RedisScriptClient } from '../../redis/script-client.ts';
import { systemRuntime } from '../../runtime/runtime.ts';
import { ChannelHub } from './channel-hub.ts';
import { type RedisSubscriberClient, subscriptionOf } from './subscriber-client.ts';

interface TestClient extends RedisScriptClient, RedisSubscriberClient {
  readonly isOpen: boolean;
  on(event: 'error', listener: () => void): unknown;
  connect(): Promise<unknown>;
  publish(channel: string, message: string): Promise<unknown>;
  destroy(): unknown;
}

const socket = { reconnectStrategy: false } as const;
const VERSIONS: readonly (readonly [string, (url: string) => TestClient])[] = [
  ['node-redis 6', (url) => v6.createClient({ url, socket })],
  ['node-redis 5', (url) => v5.createClient({ url, socket })],
];

async function connected(client: TestClient): Promise<TestClient> {
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** A hub that has joined a channel, and what it tells and hears. */
async function hubOf(
  client: TestClient,
  subscriber: TestClient | undefined,
): Promise<{ hub: ChannelHub; news: string[]; hear: (message: string) => void }> {
  const hub = new ChannelHub(systemRuntime, subscriptionOf(client, subscriber), () => {});
  const news: string[] = [];
  hub.onClientClosed(({ code }) => news.push(code));
  hub.onResumed((isConcerned) => news.push(`resumed ${isConcerned('one')}`));
  const hear = (message: string): void => void news.push(message);
  await hub.join('one', hear);
  return { hub, news, hear };
}

describe.each(VERSIONS)('a hub on a client of %s', (_label, create) => {
  it.each(['its client', 'a subscriber that was given'])(
    'tells that it is closed, and hears it again once it is connected: %s',
    async (closed) => {
      await using server = await startRedisServer();
      const client = await connected(create(server.url));
      const subscriber = closed === 'its client' ? undefined : await connected(create(server.url));
      const { hub, news, hear } = await hubOf(client, subscriber);
      (subscriber ?? client).destroy();
      await vi.waitUntil(() => news.length > 0);
      expect((await errorOf(hub.join('two', hear))).code).toBe('CLIENT_CLOSED');

      await (subscriber ?? client).connect();
      await vi.waitUntil(() => news.includes('resumed true'));
      await client.publish('one', 'of one');
      await vi.waitUntil(() => news.includes('of one'));
      expect(news).toEqual(['CLIENT_CLOSED', 'resumed true', 'of one']);
      await hub.close();
      client.destroy();
      subscriber?.destroy();
    },
  );

  it.each(['duplicated', 'given'])(
    'that gives up is heard again once it is connected: %s',
    async (kind) => {
      await using server = await startRedisServer({ processControl: true });
      const client = await connected(create(server.url));
      const subscriber = kind === 'given' ? await connected(create(server.url)) : undefined;
      const { hub, news, hear } = await hubOf(client, subscriber);
      await server.kill();
      await vi.waitUntil(() => !client.isOpen && subscriber?.isOpen !== true);
      expect((await errorOf(hub.join('two', hear))).code).toBe('CLIENT_CLOSED');

      await server.restart();
      await client.connect();
      await subscriber?.connect();
      await vi.waitUntil(() => news.includes('resumed true'));
      await hub.join('two', hear);
      await client.publish('one', 'of one');
      await client.publish('two', 'of two');
      await vi.waitUntil(() => news.includes('of two'));
      expect(news).toEqual(['CLIENT_CLOSED', 'resumed true', 'of one', 'of two']);
      await hub.close();
      client.destroy();
      subscriber?.destroy();
    },
  );
});
