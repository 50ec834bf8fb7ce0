import type { ChannelKind } from '../redis/commands/command.ts';

/** Called with each message, and the channel it came on. */
export type Listener = (message: string, channel: string) => unknown;

/** A command of a subscription, and what its reply does before anything else is read. */
export interface SubscriptionCommand {
  readonly args: readonly string[];
  readonly onReply: () => void;
  /** What it does where no reply comes. */
  readonly onFailed: () => void;
}

interface Listeners {
  readonly present: Set<Listener>;
  /** Whether the last of them is going to be removed, once the server has answered. */
  isLeaving: boolean;
}

const KINDS: readonly ChannelKind[] = ['channel', 'shard'];
const COMMANDS = {
  channel: { subscribe: 'SUBSCRIBE', unsubscribe: 'UNSUBSCRIBE' },
  shard: { subscribe: 'SSUBSCRIBE', unsubscribe: 'SUNSUBSCRIBE' },
} as const;

/**
 * Who listens to which channel of a client, kept as node-redis keeps it: a listener is there once the
 * server has confirmed, and gone once it has confirmed that. What is unsubscribed while the connection
 * breaks stays, and is subscribed to once more.
 */
export class Subscriptions {
  readonly #channels: Readonly<Record<ChannelKind, Map<string, Listeners>>> = {
    channel: new Map(),
    shard: new Map(),
  };

  /** How many subscriptions the server has not answered. */
  #pending = 0;

  /** Whether anybody listens, or is about to. */
  get isActive(): boolean {
    return this.#pending > 0 || KINDS.some((kind) => this.#channels[kind].size > 0);
  }

  channelsOf(kind: ChannelKind): ReadonlyMap<string, unknown> {
    return this.#channels[kind];
  }

  /** What to send; nothing where the channel is subscribed to already. */
  subscribe(
    kind: ChannelKind,
    channel: string,
    listener: Listener,
  ): SubscriptionCommand | undefined {
    const listeners = this.#channels[kind].get(channel);
    if (listeners !== undefined && !listeners.isLeaving) {
      listeners.present.add(listener);
      return undefined;
    }
    this.#pending += 1;
    const settle = (): void => {
      this.#pending -= 1;
    };
    return {
      args: [COMMANDS[kind].subscribe, channel],
      onFailed: settle,
      onReply: () => {
        settle();
        const known = this.#channels[kind].get(channel) ?? { present: new Set(), isLeaving: false };
        known.present.add(listener);
        this.#channels[kind].set(channel, known);
      },
    };
  }

  /** What to send; nothing where others still listen. */
  unsubscribe(
    kind: ChannelKind,
    channel: string,
    listener: Listener,
  ): SubscriptionCommand | undefined {
    const channels = this.#channels[kind];
    const listeners = channels.get(channel);
    if (listeners !== undefined) {
      const others = listeners.present.size - (listeners.present.has(listener) ? 1 : 0);
      if (others > 0) {
        listeners.present.delete(listener);
        return undefined;
      }
      listeners.isLeaving = true;
    }
    return {
      args: [COMMANDS[kind].unsubscribe, channel],
      onFailed: () => {},
      onReply: () => {
        const known = channels.get(channel);
        known?.present.delete(listener);
        if (known?.present.size === 0) channels.delete(channel);
      },
    };
  }

  /** What a new connection sends. */
  resubscribe(): readonly (readonly string[])[] {
    return KINDS.flatMap((kind) =>
      [...this.#channels[kind].keys()].map((channel) => [COMMANDS[kind].subscribe, channel]),
    );
  }

  dispatch(kind: ChannelKind, channel: string, message: string): void {
    for (const listener of this.#channels[kind].get(channel)?.present ?? []) {
      listener(message, channel);
    }
  }
}
