import { EventEmitter } from 'node:events';

import type { ChannelListener, OwnSubscriberClient } from '@a2a-redis/core/queue-manager';
import { CallError } from '@a2a-redis/core/shared';

import { callError, closedError, movedError } from './call-error.ts';
import { type ChannelKind, MessageConnection } from './message-connection.ts';
import type { MessageServers } from './message-servers.ts';

/** How often a subscription is tried at another server before that is told. */
const MOST_MOVES = 5;

/** What {@link MessageSubscriber} emits. */
export interface MessageSubscriberEvents {
  /** A connection failed; it is opened again. */
  error: [error: Error];
  /** Messages of these channels may have been lost, or another server has them: they must be subscribed to again. */
  'channels-lost': [channels: readonly string[]];
  /** A connection was given up for good, and with it all others. */
  end: [];
}

/**
 * Receives messages beside a client: over one connection for a server, over one for each server of a cluster that has
 * channels. Not over `shardedSubscribers` of ioredis, which tells neither what was lost nor when it is back, and which
 * ioredis 5.0 to 5.3 and iovalkey do not have.
 *
 * Its connections come back by themselves. Whose messages may have been lost is told by `channels-lost` when they are,
 * or when another server has the channel: it must be subscribed to again.
 */
export class MessageSubscriber
  extends EventEmitter<MessageSubscriberEvents>
  implements OwnSubscriberClient
{
  readonly #servers: MessageServers;
  readonly #connections = new Map<string, MessageConnection>();
  #state: 'new' | 'open' | 'closed' = 'new';
  #stopWatching: () => void = () => {};

  /** @internal */
  constructor(servers: MessageServers) {
    super();
    this.#servers = servers;
  }

  /** Whether it was connected, and neither destroyed nor given up since. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Connects; channels of a cluster, to their servers at the first of them. */
  async connect(): Promise<void> {
    this.#state = 'open';
    this.#stopWatching = this.#servers.onChange(this.#onChange);
    await this.#servers.known();
  }

  /** [SUBSCRIBE](https://redis.io/docs/latest/commands/subscribe/). */
  async subscribe(channel: string, listener: ChannelListener): Promise<void> {
    await this.#join(channel, 'plain', listener);
  }

  /** [UNSUBSCRIBE](https://redis.io/docs/latest/commands/unsubscribe/). */
  async unsubscribe(channel: string): Promise<void> {
    this.#leave(channel);
  }

  /** [SSUBSCRIBE](https://redis.io/docs/latest/commands/ssubscribe/). */
  async sSubscribe(channel: string, listener: ChannelListener): Promise<void> {
    await this.#join(channel, 'sharded', listener);
  }

  /** [SUNSUBSCRIBE](https://redis.io/docs/latest/commands/sunsubscribe/). */
  async sUnsubscribe(channel: string): Promise<void> {
    this.#leave(channel);
  }

  /** Closes all connections. */
  destroy(): void {
    this.#state = 'closed';
    this.#stopWatching();
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
  }

  async #join(channel: string, kind: ChannelKind, listener: ChannelListener): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.#state === 'closed') throw closedError();
      try {
        await this.#connectionOf(channel).subscribe(channel, kind, listener);
        return;
      } catch (error) {
        if (!isMoved(error) || attempt === MOST_MOVES) throw callError(error);
      }
      await this.#servers.look();
    }
  }

  #leave(channel: string): void {
    for (const connection of this.#connections.values()) connection.unsubscribe(channel);
  }

  #connectionOf(channel: string): MessageConnection {
    const server = this.#servers.serverOf(channel);
    if (server === undefined) throw movedError();
    const known = this.#connections.get(server);
    if (known !== undefined) return known;
    const connection: MessageConnection = new MessageConnection(this.#servers.open(server), {
      onError: (error) => {
        this.emit('error', error);
        // A server that does not answer may have been replaced.
        void this.#servers.look();
      },
      onLost: (channels) => void this.#tell(server, channels),
      onMoved: (refused) => void this.#follow(server, connection, refused),
      onEnd: () => {
        if (this.#connections.get(server) !== connection) return;
        this.destroy();
        this.emit('end');
      },
    });
    this.#connections.set(server, connection);
    return connection;
  }

  /** Tells of the channels of a connection that broke; of those that another server has by now, that was told already. */
  async #tell(server: string, channels: readonly string[]): Promise<void> {
    // A primary that was deposed may be why. As a replica, it would take subscriptions before it gets messages.
    await this.#servers.look();
    this.#lose(channels.filter((channel) => !this.#isElsewhere(channel, server)));
  }

  /** Finds the channel that another server has now. Where nobody knows which it is, it may be any of the connection. */
  async #follow(
    server: string,
    connection: MessageConnection,
    refused: readonly string[],
  ): Promise<void> {
    const candidates = [...connection.channels, ...refused];
    await this.#servers.look();
    if (candidates.some((channel) => this.#isElsewhere(channel, server))) return;
    this.#lose(connection.release(connection.channels));
  }

  /** Takes the servers of a cluster as its client knows them now. */
  readonly #onChange = (): void => {
    const lost: string[] = [];
    for (const [server, connection] of this.#connections) {
      const gone = connection.channels.filter((channel) => this.#isElsewhere(channel, server));
      lost.push(...connection.release(gone));
      if (connection.channels.length > 0) continue;
      this.#connections.delete(server);
      connection.close();
    }
    this.#lose(lost);
  };

  #isElsewhere(channel: string, server: string): boolean {
    const now = this.#servers.serverOf(channel);
    return now !== undefined && now !== server;
  }

  #lose(channels: readonly string[]): void {
    if (channels.length > 0) this.emit('channels-lost', channels);
  }
}

function isMoved(error: unknown): boolean {
  if (error instanceof CallError) return error.fault === 'busy';
  return error instanceof Error && /^MOVED\b/.test(error.message);
}
