import { detailedError } from '../../shared/detailed-error.ts';
import { A2ARedisError, isClientClosed } from '../../shared/errors.ts';
import { backOff } from '../../redis/backoff.ts';
import { commandFault, isRefusal, mayPass } from '../../redis/command-fault.ts';
import { mayNot, missingRight } from '../../rights/missing-right.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { HubChannel, type MessageListener } from './hub-channel.ts';
import type { OpenSubscription, Subscription } from './subscriber-client.ts';

/** Called with a test for the channels whose messages may have been lost. */
export type ResumedListener = (isConcerned: (channel: string) => boolean) => void;

/** Called with what ends those who wait for messages. */
export type ClosedListener = (error: A2ARedisError) => void;

/**
 * All channels of a process over one connection: however many listeners a channel has, and however
 * many channels there are.
 */
export class ChannelHub {
  readonly #runtime: Runtime;
  readonly #open: OpenSubscription;
  readonly #onError: (error: unknown) => void;
  readonly #channels = new Map<string, HubChannel>();
  /**
   * Channels that are being left. Who joins one again comes after that: of a subscription and its end that
   * are under way at once, a client may have the one and the server the other.
   */
  readonly #leaving = new Map<string, Promise<void>>();
  readonly #resumed = new Set<ResumedListener>();
  readonly #clientClosed = new Set<ClosedListener>();
  #subscription: Subscription | undefined;
  #isReopening = false;
  #closed = false;

  constructor(runtime: Runtime, open: OpenSubscription, onError: (error: unknown) => void) {
    this.#runtime = runtime;
    this.#open = open;
    this.#onError = onError;
  }

  /** Calls back whenever messages may have been lost: a connection broke, and is back. */
  onResumed(listener: ResumedListener): () => void {
    this.#resumed.add(listener);
    return () => this.#resumed.delete(listener);
  }

  /**
   * Calls back when no messages come because the application's client was closed, or has given up. Channels that
   * were joined are subscribed to again once it is connected.
   */
  onClientClosed(listener: ClosedListener): () => void {
    this.#clientClosed.add(listener);
    return () => this.#clientClosed.delete(listener);
  }

  /**
   * Adds a listener to a channel.
   *
   * @returns When the server has confirmed: nothing that is published afterwards is missed. Waits
   *   while the server is away.
   * @throws {A2ARedisError} `CLIENT_CLOSED` when the hub was closed meanwhile, or the client is; what Redis refuses for
   *   good.
   */
  async join(name: string, listener: MessageListener): Promise<void> {
    this.#requireOpen();
    let channel = this.#channels.get(name);
    if (channel === undefined) {
      channel = new HubChannel(this.#onError);
      this.#channels.set(name, channel);
      channel.subscribed = this.#subscribe(name, channel);
    }
    channel.listeners.add(listener);
    await channel.settled;
    this.#requireOpen();
  }

  /** Removes a listener; the last one of a channel ends its subscription. */
  leave(name: string, listener: MessageListener): void {
    const channel = this.#channels.get(name);
    if (channel === undefined || !channel.listeners.delete(listener)) return;
    if (channel.listeners.size > 0) return;
    this.#channels.delete(name);
    const left = this.#unsubscribe(name, channel).finally(() => {
      if (this.#leaving.get(name) === left) this.#leaving.delete(name);
    });
    this.#leaving.set(name, left);
  }

  /**
   * Ends all subscriptions. A connection that was opened for the hub is closed at once; the
   * application's client is told to unsubscribe, for which this waits.
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const channels = [...this.#channels];
    const subscription = this.#subscription;
    this.#channels.clear();
    this.#resumed.clear();
    this.#clientClosed.clear();
    subscription?.close();
    for (const [, channel] of channels) channel.settle();
    if (subscription === undefined || subscription.isOwn) return;
    await Promise.all(channels.map(async ([name, channel]) => this.#unsubscribe(name, channel)));
  }

  async #subscribe(name: string, channel: HubChannel): Promise<void> {
    await this.#leaving.get(name);
    const subscribe = async (): Promise<void> => {
      const subscription = await this.#connected();
      await subscription.subscribe(name, channel.dispatch);
    };
    await this.#persist(subscribe, (error) => {
      if (channel.listeners.size === 0) return false;
      const isRefused = commandFault(error) === 'refused' || isRefusal(error);
      if (!isRefused && !isClientClosed(error)) {
        this.#onError(error);
        return true;
      }
      if (this.#channels.get(name) === channel) this.#channels.delete(name);
      channel.fail(error instanceof A2ARedisError ? error : channelRefused(name, error));
      return false;
    });
    channel.settle();
  }

  /**
   * Ends a subscription. Where the connection breaks meanwhile, the client subscribes again to what it was not
   * told to be ended: so it is tried again.
   */
  async #unsubscribe(name: string, channel: HubChannel): Promise<void> {
    await channel.subscribed;
    const unsubscribe = async (): Promise<unknown> =>
      this.#subscription?.unsubscribe(name, channel.dispatch);
    await this.#persist(unsubscribe, (error) => {
      if (commandFault(error) === 'refused') {
        this.#onError(channelRefused(name, error, 'end its subscription to'));
      }
      return isPassing(error);
    });
  }

  /**
   * Tries until it is done, or the hub is closed.
   *
   * @param isWorthwhile Whether to try again after an error.
   */
  async #persist(
    work: () => Promise<unknown>,
    isWorthwhile: (error: unknown) => boolean,
  ): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await work();
        return;
      } catch (error) {
        if (this.#closed || !isWorthwhile(error)) return;
      }
      await backOff(this.#runtime, attempt, 20, 1000);
    }
  }

  /** The connection, opened at the first use; an attempt that failed is forgotten. */
  async #connected(): Promise<Subscription> {
    this.#requireOpen();
    this.#subscription ??= this.#open({
      onError: this.#onError,
      onResumed: () => {
        this.#resume(() => true);
      },
      onUnsubscribed: (channels) => void this.#restore(channels),
      onGivenUp: () => void this.#reopen(),
    });
    const subscription = this.#subscription;
    try {
      await subscription.connected;
      return subscription;
    } catch (error) {
      subscription.close();
      if (this.#subscription === subscription) this.#subscription = undefined;
      throw error;
    }
  }

  /** Opens another connection in place of one that has given up, as soon as the client is connected. */
  async #reopen(): Promise<void> {
    this.#subscription?.close();
    this.#subscription = undefined;
    // One that was opened meanwhile may be over, too.
    if (this.#isReopening) return;
    this.#isReopening = true;
    let isTold = false;
    await this.#persist(
      async () => (this.#channels.size === 0 ? undefined : this.#connected()),
      (error) => {
        if (!isClientClosed(error)) {
          this.#onError(error);
        } else if (!isTold) {
          isTold = true;
          for (const listener of this.#clientClosed) listener(error);
        }
        return true;
      },
    );
    this.#isReopening = false;
    await this.#restore();
  }

  /** Subscribes once more to channels, and tells when they are. */
  async #restore(names: readonly string[] = [...this.#channels.keys()]): Promise<void> {
    await Promise.all(
      names.map(async (name) => {
        const channel = this.#channels.get(name);
        if (channel === undefined) return;
        channel.subscribed = this.#subscribe(name, channel);
        await channel.subscribed;
      }),
    );
    const restored = new Set(names);
    this.#resume((channel) => restored.has(channel));
  }

  #resume(isConcerned: (channel: string) => boolean): void {
    for (const listener of this.#resumed) listener(isConcerned);
  }

  #requireOpen(): void {
    if (this.#closed) throw new A2ARedisError('CLIENT_CLOSED', 'The queues are closed.');
  }
}

/** A cluster whose Redis is older than 7 has no sharded messages. */
const LACKS_SHARDED = /^ERR unknown command [`']?SSUBSCRIBE\b/i;

function channelRefused(name: string, cause: unknown, doing = 'subscribe to'): A2ARedisError {
  const reply = cause instanceof Error ? cause.message : String(cause);
  const right = missingRight({ reply, names: [name] });
  const detail =
    `It cannot ${doing} channel ${JSON.stringify(name)}: ${reply} ${right?.detail ?? ''}`.trim();
  if (LACKS_SHARDED.test(reply)) {
    const message = 'This Redis server will not do: a cluster has sharded messages since Redis 7.';
    return detailedError('SERVER_UNSUPPORTED', message, { cause, detail });
  }
  const why = right === undefined ? '' : `: ${mayNot(right)}`;
  const message = `Redis refused to hand on messages to this process${why}.`;
  return detailedError('COMMAND_FAILED', message, { cause, detail });
}

/** Whether a command failed for want of a connection, or of a server that serves. */
function isPassing(error: unknown): boolean {
  const fault = commandFault(error);
  return fault === 'unknown' || mayPass(fault);
}
