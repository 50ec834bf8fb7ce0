import type { ChannelListener } from '@a2a-redis/core/queue-manager';
import { closedError, movedError } from './call-error.ts';
import type { IoredisConnection } from './driver.ts';

/** Whether all servers of a cluster send the messages of a channel, or the one of its hash slot. */
export type ChannelKind = 'plain' | 'sharded';

/** What a connection tells beside messages. */
export interface MessageConnectionEvents {
  readonly onError: (error: Error) => void;
  /** Messages of these channels may have been lost, and they are not subscribed to any more. */
  readonly onLost: (channels: readonly string[]) => void;
  /** A channel, nobody knows which, went to another server: one that is subscribed to, or of those that were to be. */
  readonly onMoved: (refused: readonly string[]) => void;
  /** It has given up. */
  readonly onEnd: () => void;
}

/**
 * A channel of a connection:
 *
 * ```text
 *   waiting ── connected ──▶ asked ── confirmed ──▶ confirmed ── connected anew ──▶ lost
 *      ▲                       │
 *      └──── connected anew ───┘
 * ```
 *
 * One that is lost is subscribed to again by who is told so.
 */
interface Channel {
  phase: 'waiting' | 'asked' | 'confirmed' | 'lost';
  readonly kind: ChannelKind;
  readonly listener: ChannelListener;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What ioredis 5 says of a message that it cannot make sense of: that a channel went to another server. */
const CONFUSED = /^Command queue state error\b/;

/**
 * A connection of ioredis that receives messages, and comes back by itself. It asks for a subscription only once it is
 * ready: what ioredis sends before that, it forgets where the connection breaks, and ioredis 5 then cannot even look
 * whether the server is ready.
 */
export class MessageConnection {
  readonly #connection: IoredisConnection;
  readonly #events: MessageConnectionEvents;
  readonly #channels = new Map<string, Channel>();

  constructor(connection: IoredisConnection, events: MessageConnectionEvents) {
    this.#connection = connection;
    this.#events = events;
    connection.on('ready', this.#onReady);
    connection.on('end', this.#onEnd);
    connection.on('error', this.#onError);
    connection.on('moved', this.#onMoved);
    connection.on('message', this.#onMessage);
    connection.on('smessage', this.#onMessage);
    // It tells how that went, and tries again.
    connection.connect().catch(ignore);
  }

  /** All that are subscribed to, or are to be. */
  get channels(): readonly string[] {
    return [...this.#channels.keys()];
  }

  /**
   * Subscribes to a channel, once the connection is there.
   *
   * @returns When the server has confirmed it.
   * @throws What the server replied; A `CallError` where it was given up.
   */
  async subscribe(channel: string, kind: ChannelKind, listener: ChannelListener): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#channels.set(channel, { phase: 'waiting', kind, listener, resolve, reject });
      if (this.#connection.status === 'ready') this.#ask(channel);
    });
  }

  /** Ends a subscription. What is asked after that is answered after it, too: nobody need wait. */
  unsubscribe(channel: string): void {
    const known = this.#channels.get(channel);
    if (known === undefined) return;
    this.#channels.delete(channel);
    // A connection that breaks takes its subscriptions along.
    if (this.#connection.status !== 'ready') return;
    const left =
      known.kind === 'plain'
        ? this.#connection.unsubscribe(channel)
        : this.#connection.sunsubscribe(channel);
    left.catch(ignore);
  }

  /**
   * Forgets channels that another server has now.
   *
   * @returns Those that were subscribed to. The others are refused.
   */
  release(channels: readonly string[]): readonly string[] {
    const lost: string[] = [];
    for (const name of channels) {
      const channel = this.#channels.get(name);
      this.#channels.delete(name);
      if (channel?.phase === 'confirmed' || channel?.phase === 'lost') lost.push(name);
      else channel?.reject(movedError());
    }
    return lost;
  }

  close(): void {
    this.#connection.disconnect();
    this.#rejectAll();
  }

  readonly #onReady = (): void => {
    const lost: string[] = [];
    for (const [name, channel] of this.#channels) {
      if (channel.phase === 'confirmed') {
        channel.phase = 'lost';
        lost.push(name);
      } else if (channel.phase !== 'lost') this.#ask(name);
    }
    if (lost.length > 0) this.#events.onLost(lost);
  };

  readonly #onEnd = (): void => {
    this.#rejectAll();
    this.#events.onEnd();
  };

  readonly #onError = (error: Error): void => {
    // Replies may be mistaken for one another from now on.
    if (CONFUSED.test(error.message)) this.#connection.disconnect(true);
    else this.#events.onError(error);
  };

  readonly #onMoved = (): void => {
    // ioredis 5 says no more to a subscription that the server sent elsewhere.
    const refused = [...this.#channels].filter(
      ([, { phase, kind }]) => phase === 'asked' && kind === 'sharded',
    );
    for (const [name, channel] of refused) {
      this.#channels.delete(name);
      channel.reject(movedError());
    }
    this.#events.onMoved(refused.map(([name]) => name));
  };

  readonly #onMessage = (channel: string, message: string): void => {
    this.#channels.get(channel)?.listener(message, channel);
  };

  #ask(name: string): void {
    const channel = this.#channels.get(name);
    if (channel === undefined) return;
    channel.phase = 'asked';
    const { kind } = channel;
    const asked =
      kind === 'plain' ? this.#connection.subscribe(name) : this.#connection.ssubscribe(name);
    asked.then(
      // oxlint-disable-next-line promise/always-return -- nothing is chained to it
      () => {
        channel.phase = 'confirmed';
        channel.resolve();
      },
      (error: unknown) => {
        if (this.#channels.get(name) === channel) this.#channels.delete(name);
        channel.reject(error);
      },
    );
  }

  #rejectAll(): void {
    const channels = [...this.#channels.values()];
    this.#channels.clear();
    for (const { reject } of channels) reject(closedError());
  }
}

function ignore(): void {}
