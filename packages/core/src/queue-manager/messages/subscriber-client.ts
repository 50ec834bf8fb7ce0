import { breakOffCredentials } from '../../credentials/connection-credentials.ts';
import { invalidOption } from '../../shared/invalid-option.ts';
import { requireClient } from '../../shared/require-client.ts';
import { knownRoute, type PublishRoute } from '../../layout/publish-route.ts';
import { isClusterClient, type RedisScriptClient } from '../../redis/script-client.ts';
import { runtimeOf } from '../../runtime/client-runtime.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { clientClosed, emits, isClosed, onceClosed, untilReady } from './closed-client.ts';
import { ClusterWatch, isWatchableCluster } from './cluster-watch.ts';
import { isWatchableSentinel, SentinelWatch } from './sentinel-watch.ts';

/** Called with each message, and the channel it came on. */
export type ChannelListener = (message: string, channel: string) => unknown;

/** What a client must be able to do to receive messages. */
export interface RedisSubscriberClient {
  /** [SUBSCRIBE](https://redis.io/docs/latest/commands/subscribe/). */
  subscribe(channel: string, listener: ChannelListener): Promise<unknown>;
  /** [UNSUBSCRIBE](https://redis.io/docs/latest/commands/unsubscribe/). */
  unsubscribe(channel: string, listener: ChannelListener): Promise<unknown>;
}

/** A client that can receive the messages of one shard. */
interface ShardedSubscriberClient {
  sSubscribe(channel: string, listener: ChannelListener): Promise<unknown>;
  sUnsubscribe(channel: string, listener: ChannelListener): Promise<unknown>;
}

/** A client that can open another connection like its own: a plain one of node-redis, or any of another library. */
export interface DuplicableClient {
  /** Whether it is connected, or will be: not closed, and has not given up. */
  readonly isOpen: boolean;
  /** Makes one that is not connected yet. */
  duplicate(): OwnSubscriberClient;
}

/** What was opened beside a client, for messages alone. It tells the end of itself as an `end` event. */
export interface OwnSubscriberClient extends RedisSubscriberClient {
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** The connection is back, and subscribed as before: messages of all channels may have been lost. */
  on(event: 'ready', listener: () => void): unknown;
  /** A channel went to another server of a cluster, and is not subscribed to any more. */
  on(event: 'sharded-channel-moved', listener: (channel: string) => void): unknown;
  /** Instead of both, of another library: messages of these channels may have been lost. They must be subscribed to again. */
  on(event: 'channels-lost', listener: (channels: readonly string[]) => void): unknown;
  /** Resolves once it can subscribe; rejects where that was given up. */
  connect(): Promise<unknown>;
  destroy(): unknown;
  readonly isOpen: boolean;
}

/** A connection that receives messages. */
export interface Subscription {
  /** Resolves when it is connected; rejects where that was given up. */
  readonly connected: Promise<void>;
  /** Whether it was opened only for this: its subscriptions end with it. */
  readonly isOwn: boolean;
  subscribe(channel: string, listener: ChannelListener): Promise<unknown>;
  unsubscribe(channel: string, listener: ChannelListener): Promise<unknown>;
  /** Closes the connection, if it was opened here. */
  close(): void;
}

/** What a subscription tells beside messages. */
export interface SubscriptionEvents {
  readonly onError: (error: Error) => void;
  /** The connection was lost and is back: messages in between are lost. */
  readonly onResumed: () => void;
  /**
   * Messages of these channels, or of all, may have been lost, and they must be subscribed to again,
   * which does nothing where they still are.
   */
  readonly onUnsubscribed: (channels?: readonly string[]) => void;
  /** The client is closed, or has given up, or what was opened beside it has: the subscription is over. */
  readonly onGivenUp: () => void;
}

/**
 * Opens what receives messages for a client; called once a process and manager, and again where it has given up.
 *
 * @throws {A2ARedisError} `CLIENT_CLOSED` while the client is closed.
 */
export type OpenSubscription = (events: SubscriptionEvents) => Subscription;

/**
 * Finds out how to receive messages for a client: over what it opens beside itself for a plain client, and for one of
 * another library than node-redis; over the connections that cluster and sentinel clients keep for it; over the given
 * subscriber otherwise.
 *
 * @param client The client that publishes.
 * @param subscriber A connected client of the application's, which stays open.
 * @param route How messages are published.
 * @throws {A2ARedisError} `INVALID_OPTION` where there is no way: a pool cannot subscribe.
 */
export function subscriptionOf(
  client: RedisScriptClient,
  subscriber: RedisSubscriberClient | undefined,
  route: PublishRoute = knownRoute(isClusterClient(client) ? 'SPUBLISH' : 'PUBLISH'),
): OpenSubscription {
  const runtime = runtimeOf(client);
  const isSharded = route.command === 'SPUBLISH';
  if (subscriber !== undefined) {
    requireClient(subscriber, 'subscriber', []);
    if (!canSubscribe(subscriber, isSharded)) {
      throw invalidOption('subscriber', 'must be a client that can subscribe, so not a pool');
    }
    return (events) => given(runtime, subscriber, route, events);
  }
  if (canDuplicate(client, isSharded)) return (events) => duplicated(client, route, events);
  if (canSubscribe(client, isSharded)) return (events) => given(runtime, client, route, events);
  throw invalidOption(
    'subscriber',
    'is needed: this client cannot subscribe. Pass a plain connected client of the same server',
  );
}

function canSubscribe(client: object, isSharded: boolean): client is RedisSubscriberClient {
  return 'subscribe' in client && 'unsubscribe' in client && (!isSharded || canShard(client));
}

function canShard(client: object): client is ShardedSubscriberClient {
  return 'sSubscribe' in client && 'sUnsubscribe' in client;
}

/** A sentinel client of node-redis can be duplicated, too, but keeps a connection for messages by itself. */
function canDuplicate(
  client: RedisScriptClient,
  isSharded: boolean,
): client is RedisScriptClient & DuplicableClient {
  if (!('duplicate' in client)) return false;
  const isOfNodeRedis = client.topology === undefined;
  return !isOfNodeRedis || ('isPubSubActive' in client && canSubscribe(client, isSharded));
}

/** A client that is not closed here. */
function given(
  runtime: Runtime,
  client: RedisSubscriberClient,
  route: PublishRoute,
  events: SubscriptionEvents,
): Subscription {
  if (isClosed(client)) throw clientClosed();
  const own = channelsOf(client, route);
  const channels: typeof own = {
    ...own,
    subscribe: async (channel, listener) => {
      if (isClosed(client)) throw clientClosed();
      return own.subscribe(channel, listener);
    },
  };
  const shared = { ...channels, connected: Promise.resolve(), isOwn: false };
  if (isWatchableCluster(client)) {
    const watch = new ClusterWatch(client, route.command === 'SPUBLISH', events.onUnsubscribed);
    return {
      ...shared,
      subscribe: async (channel, listener) => {
        await channels.subscribe(channel, listener);
        watch.add(channel);
      },
      unsubscribe: async (channel, listener) => {
        watch.remove(channel);
        await channels.unsubscribe(channel, listener);
      },
      close: () => {
        watch.close();
      },
    };
  }
  if (isWatchableSentinel(client)) {
    const probe = async (): Promise<void> => {
      const channel = `a2a:probe:${runtime.randomUUID()}`;
      await channels.subscribe(channel, ignore);
      await channels.unsubscribe(channel, ignore);
    };
    const watch = new SentinelWatch(runtime, client, probe, events.onUnsubscribed);
    const stopWatching = onceClosed(client, events.onGivenUp);
    return {
      ...shared,
      close: () => {
        watch.close();
        stopWatching();
      },
    };
  }
  return { ...shared, ...watched(client, events) };
}

/** Tells when a plain client that is not closed here is connected again, and when it is closed. */
function watched(
  client: RedisSubscriberClient,
  { onResumed, onGivenUp }: SubscriptionEvents,
): Pick<Subscription, 'connected' | 'close'> {
  const closing = new AbortController();
  const { signal } = closing;
  const stopWatching = onceClosed(client, onGivenUp);
  const connected = (async () => {
    await untilReady(client, signal);
    if (!emits(client) || signal.aborted) return;
    client.on('ready', onResumed);
    signal.addEventListener('abort', () => client.off('ready', onResumed));
  })();
  // Who awaits it is told; nobody need.
  connected.catch(() => undefined);
  return {
    connected,
    close: () => {
      stopWatching();
      closing.abort();
    },
  };
}

function ignore(): void {}

function duplicated(
  client: DuplicableClient,
  route: PublishRoute,
  { onError, onResumed, onUnsubscribed, onGivenUp }: SubscriptionEvents,
): Subscription {
  if (isClosed(client)) throw clientClosed();
  const duplicate = client.duplicate();
  duplicate.on('error', (error) => {
    breakOffCredentials(duplicate, error);
    onError(error);
  });
  // One address may stand for many servers, which hand their slots to one another.
  duplicate.on('sharded-channel-moved', (channel) => {
    onUnsubscribed([channel]);
  });
  duplicate.on('channels-lost', onUnsubscribed);
  // What it is a duplicate of may be closed before it; and it may give up alone.
  const stopWatching = [onceClosed(client, onGivenUp)];
  const connected = (async () => {
    await duplicate.connect();
    duplicate.on('ready', onResumed);
    stopWatching.push(onceClosed(duplicate, onGivenUp));
  })();
  // Who awaits it is told; nobody need.
  connected.catch(() => undefined);
  return {
    ...channelsOf(duplicate, route),
    connected,
    isOwn: true,
    close: () => {
      for (const stop of stopWatching) stop();
      if (duplicate.isOpen) duplicate.destroy();
    },
  };
}

function channelsOf(
  client: RedisSubscriberClient,
  route: PublishRoute,
): Pick<Subscription, 'subscribe' | 'unsubscribe'> {
  const shards = async (): Promise<ShardedSubscriberClient | undefined> => {
    if ((await route.find()) === 'PUBLISH') return undefined;
    if (canShard(client)) return client;
    throw invalidOption('subscriber', 'must be a client that can subscribe to shards');
  };
  return {
    subscribe: async (channel, listener) => {
      const sharded = await shards();
      await (sharded?.sSubscribe(channel, listener) ?? client.subscribe(channel, listener));
    },
    unsubscribe: async (channel, listener) => {
      const sharded = await shards();
      await (sharded?.sUnsubscribe(channel, listener) ?? client.unsubscribe(channel, listener));
    },
  };
}
