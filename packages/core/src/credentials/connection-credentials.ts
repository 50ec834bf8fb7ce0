import type { RedisClientOptions } from 'redis';

import { withDeadline } from '../redis/deadline.ts';
import { systemRuntime } from '../runtime/runtime.ts';
import { A2ARedisError } from '../shared/errors.ts';

/**
 * What gives the connections of a client their username and password, in node-redis's own form:
 *
 * - `{ type: 'async-credentials-provider', credentials }` is asked for each connection.
 * - `{ type: 'streaming-credentials-provider', subscribe, onReAuthenticationError }` also tells new ones, with which
 *   connections authenticate again. Those of `@redis/entraid` are of this form.
 */
export type RedisCredentialsProvider = NonNullable<RedisClientOptions['credentialsProvider']>;

type StreamingProvider = Extract<
  RedisCredentialsProvider,
  { type: 'streaming-credentials-provider' }
>;
type Listener = Parameters<StreamingProvider['subscribe']>[0];
type Subscribed = Awaited<ReturnType<StreamingProvider['subscribe']>>;
type Subscription = Subscribed[1];

/** By the provider that node-redis is given. */
const known = new WeakMap<object, ConnectionCredentials>();

/**
 * The credentials of the connections of one client, and of its duplicates. Stands between an application's provider and
 * node-redis, and does what that leaves out:
 *
 * - It waits for credentials up to a deadline, and no longer than the connection is there which they are for.
 *   node-redis 5 does not notice that one breaks meanwhile, and would wait for an answer to them for ever.
 * - It ends subscriptions: those that node-redis forgets, as it subscribes again with each reconnect, and those that
 *   version 5 leaves behind at `close()`. A provider with a subscriber keeps its timer, and so the process.
 */
export class ConnectionCredentials {
  /** What node-redis is given. */
  readonly provider: RedisCredentialsProvider;
  readonly #timeoutMs: number;
  readonly #report: (error: Error) => void;
  readonly #waits = new Set<(reason: unknown) => void>();
  readonly #subscriptions = new Set<Subscription>();
  /** Nothing but the connection holds what ends its subscription. */
  readonly #forgotten = new FinalizationRegistry<Subscription>((subscription) => {
    this.#end(subscription);
  });

  /**
   * @param given The application's provider.
   * @param timeoutMs How long it may take, in milliseconds.
   * @param report Told of what the provider throws where nobody waits for it.
   */
  constructor(given: RedisCredentialsProvider, timeoutMs: number, report: (error: Error) => void) {
    this.#timeoutMs = timeoutMs;
    this.#report = report;
    this.provider =
      given.type === 'async-credentials-provider'
        ? {
            type: given.type,
            credentials: async () => this.#answer('credentials', async () => given.credentials()),
          }
        : {
            type: given.type,
            subscribe: async (listener) => this.#subscribe(given, listener),
            onReAuthenticationError: (error) => {
              this.#guarded(() => {
                given.onReAuthenticationError(error);
              });
            },
          };
    known.set(this.provider, this);
  }

  /** Ends all waits for credentials: a connection broke, and theirs may be the one. It is opened again then. */
  breakOff(reason: unknown): void {
    const waits = [...this.#waits];
    this.#waits.clear();
    for (const reject of waits) reject(reason);
  }

  /** Ends waits and subscriptions: the client is closed, and those who duplicate it are asked no more. */
  end(): void {
    this.breakOff(new A2ARedisError('CLIENT_CLOSED', 'The Redis client is closed.'));
    for (const subscription of this.#subscriptions) this.#end(subscription);
  }

  async #subscribe(given: StreamingProvider, listener: Listener): Promise<Subscribed> {
    const subscribing = (async () => given.subscribe(listener))();
    try {
      const [credentials, subscription] = await this.#answer('subscribe', async () => subscribing);
      this.#subscriptions.add(subscription);
      const handle: Subscription = {
        dispose: () => {
          this.#end(subscription);
        },
      };
      this.#forgotten.register(handle, subscription);
      return [credentials, handle];
    } catch (error) {
      void this.#endLate(subscribing);
      throw error;
    }
  }

  /** What is subscribed when nobody waits for it any more is ended. */
  async #endLate(subscribing: Promise<Subscribed>): Promise<void> {
    const [outcome] = await Promise.allSettled([subscribing]);
    if (outcome.status === 'rejected') return;
    const [, subscription] = outcome.value;
    this.#guarded(() => {
      subscription.dispose();
    });
  }

  #end(subscription: Subscription): void {
    if (!this.#subscriptions.delete(subscription)) return;
    this.#guarded(() => {
      subscription.dispose();
    });
  }

  /** What a provider answers, in time, and before a connection breaks. */
  async #answer<T>(method: string, ask: () => Promise<T>): Promise<T> {
    const endsAt = systemRuntime.now() + this.#timeoutMs;
    return new Promise<T>((resolve, reject) => {
      this.#waits.add(reject);
      withDeadline(systemRuntime, ask(), endsAt, () => `${method}()`)
        .then(resolve, (error: unknown) => {
          reject(faultOf(error));
        })
        .finally(() => this.#waits.delete(reject));
    });
  }

  /** node-redis calls providers where an error would be an unhandled rejection. */
  #guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#report(faultOf(error));
    }
  }
}

/**
 * Tells the credentials of a client that it had an error, where it has any of these: see
 * {@link ConnectionCredentials.breakOff}.
 */
export function breakOffCredentials(client: object, reason: unknown): void {
  const options: unknown = 'options' in client ? client.options : undefined;
  if (typeof options !== 'object' || options === null) return;
  const provider: unknown = Reflect.get(options, 'credentialsProvider');
  if (typeof provider === 'object' && provider !== null) known.get(provider)?.breakOff(reason);
}

function faultOf(cause: unknown): A2ARedisError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new A2ARedisError('CONNECT_FAILED', `The credentials provider failed: ${reason}`, {
    cause,
  });
}
