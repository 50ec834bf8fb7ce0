import { A2ARedisError } from '../shared/errors.ts';
import { LONGEST_TIMER_MS } from '../shared/check-options.ts';
import type { RedisClientFor, RedisSubscriberFor } from './client-types.ts';
import { closeClient, whenClosed } from './close-client.ts';
import { connectClient, type NodeRedisClient } from './connect-client.ts';
import type { CreateRedisClientOptions, RedisClientOptions } from './options.ts';
import { type PingableClient, Pinger, type RedisHealthCheck } from './ping.ts';
import { CLIENT_NAME_RULE, isClientName } from './resolve-common-options.ts';
import { resolveOptions, type ResolvedOptions } from './resolve-options.ts';

/** How long a connection may take to close before it is cut off, in milliseconds. */
const CLOSE_DEADLINE_MS = 2000;

const DEFAULT_NAME = 'default';

interface Connection<C> {
  readonly client: Promise<C>;
  readonly pinger: Promise<Pinger>;
  readonly close: () => Promise<void>;
}

interface OwnConnection<C> extends Connection<C> {
  /** Calls back once the client is closed, by whomever, or could not be connected. */
  readonly whenGone: (callback: () => void) => void;
}

/**
 * Connections of one process to one Redis, by name: each is opened at its first use and closed with
 * the manager.
 *
 * ```ts
 * await using connections = new RedisConnectionManager({ url: process.env.REDIS_URL });
 * const store = new RedisTaskStore(await connections.get());
 * ```
 */
export class RedisConnectionManager<
  const O extends CreateRedisClientOptions = RedisClientOptions,
> implements AsyncDisposable {
  readonly #options: ResolvedOptions;
  readonly #connections = new Map<string, Connection<RedisClientFor<O>>>();
  readonly #duplicates = new Set<Connection<RedisSubscriberFor<O>>>();
  #closed: Promise<void> | undefined;

  /**
   * @param options As of `createRedisClient`. Nothing is connected yet.
   * @throws {A2ARedisError} `INVALID_OPTION`.
   */
  constructor(options?: O) {
    this.#options = resolveOptions(options);
  }

  /**
   * The connection of this name, opened if it is not. Callers at the same time share one. An
   * attempt that failed is forgotten: the next call tries again.
   *
   * @param name Also ends the connection's name in `CLIENT LIST`, so that it is printable ASCII
   *   without spaces.
   * @throws {A2ARedisError} As `createRedisClient`; `INVALID_ARGUMENT` for a name that Redis would
   *   refuse; `CLIENT_CLOSED` after `close()`.
   */
  async get(name: string = DEFAULT_NAME): Promise<RedisClientFor<O>> {
    this.#requireOpen();
    const known = this.#connections.get(name);
    if (known !== undefined) return known.client;
    requireName(name);
    const connection = open<RedisClientFor<O>>(withName(this.#options, name));
    this.#connections.set(name, connection);
    connection.client.catch(() => this.#connections.delete(name));
    return connection.client;
  }

  /**
   * Opens one more connection of the same options, for a subscriber or for blocking commands: a
   * plain client where `get` gives a pool, which cannot subscribe. The manager closes it, unless its
   * caller did.
   *
   * @throws {A2ARedisError} As `get`.
   */
  async duplicate(): Promise<RedisSubscriberFor<O>> {
    this.#requireOpen();
    const connection = open<RedisSubscriberFor<O>>(withName(unpooled(this.#options), 'duplicate'));
    this.#duplicates.add(connection);
    connection.whenGone(() => this.#duplicates.delete(connection));
    return connection.client;
  }

  /**
   * Puts a client of the application under a name. It must be connected, and stays the
   * application's: `close()` does not touch it.
   *
   * @throws {A2ARedisError} `INVALID_ARGUMENT` when the name is taken; `INVALID_OPTION` for what is no client.
   */
  adopt(client: RedisClientFor<O> & PingableClient, name: string = DEFAULT_NAME): void {
    this.#requireOpen();
    if (this.#connections.has(name)) {
      throw new A2ARedisError('INVALID_ARGUMENT', `Connection "${name}" exists already.`);
    }
    const pinger = new Pinger(client);
    this.#connections.set(name, {
      client: Promise.resolve<RedisClientFor<O>>(client),
      pinger: Promise.resolve(pinger),
      close: async () => {},
    });
  }

  /**
   * One PING over each connection of `get` and `adopt`. Opens none.
   *
   * @param deadlineMs How long to wait, in milliseconds.
   * @returns A result for each name; a connection that fails is a result, not an error.
   * @throws {A2ARedisError} `INVALID_ARGUMENT` for a deadline that is not a positive number.
   */
  async healthCheck(
    deadlineMs: number = 2000,
  ): Promise<Readonly<Record<string, RedisHealthCheck>>> {
    requireDeadline(deadlineMs);
    const checks = [...this.#connections].map(async ([name, { pinger }]) => {
      const check = await pinger.then(
        (ready) => ready.ping(deadlineMs),
        (error: unknown): RedisHealthCheck => ({ ok: false, error: connectFault(error) }),
      );
      return [name, check] as const;
    });
    return Object.fromEntries(await Promise.all(checks));
  }

  /**
   * Closes what the manager opened, with the replies still awaited; one that Redis does not answer
   * is cut off after two seconds. Later calls wait for the same end.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const all = [...this.#connections.values(), ...this.#duplicates];
    await Promise.all(all.map((connection) => connection.close()));
    this.#connections.clear();
    this.#duplicates.clear();
  }

  #requireOpen(): void {
    if (this.#closed === undefined) return;
    throw new A2ARedisError('CLIENT_CLOSED', 'The connection manager is closed.');
  }
}

// The options say at run time which kind of client it is, as their type does when compiled; an
// overload is the only way to tell the compiler so.
function open<C>(options: ResolvedOptions): OwnConnection<C>;
function open(options: ResolvedOptions): OwnConnection<unknown> {
  const client = connectClient(options);
  const pinger = client.then((connected) => new Pinger(connected));
  // `client` rejects with the same error, and tells whoever awaits it.
  pinger.catch(() => {});
  const whenGone = (callback: () => void): void => {
    client.then((connected) => whenClosed(connected, callback), callback);
  };
  return { client, pinger, whenGone, close: () => closeWhenOpen(client) };
}

async function closeWhenOpen(connecting: Promise<NodeRedisClient>): Promise<void> {
  let client: NodeRedisClient;
  try {
    client = await connecting;
  } catch {
    // Whoever asked for it has got the error; nothing is open.
    return;
  }
  await closeClient(client, CLOSE_DEADLINE_MS);
}

function requireName(name: string): void {
  if (isClientName(name)) return;
  throw new A2ARedisError(
    'INVALID_ARGUMENT',
    `The name of a connection must be ${CLIENT_NAME_RULE}, not ${JSON.stringify(name)}.`,
  );
}

function requireDeadline(deadlineMs: number): void {
  if (typeof deadlineMs === 'number' && deadlineMs > 0 && deadlineMs <= LONGEST_TIMER_MS) return;
  throw new A2ARedisError(
    'INVALID_ARGUMENT',
    `The deadline of a health check must be a positive number of milliseconds up to ${LONGEST_TIMER_MS}, not ${String(deadlineMs)}.`,
  );
}

function withName(options: ResolvedOptions, name: string): ResolvedOptions {
  return name === DEFAULT_NAME ? options : { ...options, name: `${options.name}:${name}` };
}

function unpooled(options: ResolvedOptions): ResolvedOptions {
  if (options.target.kind !== 'pool') return options;
  const { address, database } = options.target;
  return { ...options, target: { kind: 'client', address, database } };
}

function connectFault(error: unknown): A2ARedisError {
  if (error instanceof A2ARedisError) return error;
  return new A2ARedisError('CONNECT_FAILED', String(error), { cause: error });
}
