import { commandFault } from '../redis/command-fault.ts';

/** node-redis's `reconnectStrategy`. */
type ReconnectStrategy = (retries: number, cause: Error) => number | false;

/** How node-redis's sentinel client passes on an error of a connection to the primary. */
const PRIMARY_ERROR = /^Master Client \(/;

/**
 * Which connections of a sentinel client to its servers are tried again.
 *
 * All are, except:
 * - A connection to a primary that did not come about. node-redis 5 waits for it and asks no sentinel
 *   meanwhile, so that a failover would be missed for as long as the old primary is away. Given up,
 *   it asks the sentinels again.
 * - Any connection once the client is closed. A subscriber that was being connected when another
 *   took its place is forgotten by node-redis, and would otherwise try for ever.
 *
 * A connection that broke is tried again for ever: node-redis replaces none as long as another one
 * to the same primary is well.
 */
export class SentinelReconnects {
  readonly #strategy: ReconnectStrategy;
  readonly #isOpen: () => boolean;
  /** Errors of connections to the primary, rather than of the subscriber's. */
  readonly #primaryErrors = new WeakSet();

  /**
   * @param strategy For a connection that is tried again.
   * @param isOpen Whether the client is.
   */
  constructor(strategy: ReconnectStrategy, isOpen: () => boolean) {
    this.#strategy = strategy;
    this.#isOpen = isOpen;
  }

  /** Takes each `error` event of the client, with `passthroughClientErrorEvents`. */
  note(error: unknown): void {
    if (!(error instanceof Error && PRIMARY_ERROR.test(error.message))) return;
    if (error.cause instanceof Error) this.#primaryErrors.add(error.cause);
  }

  /**
   * The same socket options, with a strategy of its own for each connection: node-redis copies them
   * for each, and reads the strategy then.
   */
  applyTo<T extends { readonly reconnectStrategy: ReconnectStrategy }>(socket: T): T {
    const options = { ...socket };
    Object.defineProperty(options, 'reconnectStrategy', {
      enumerable: true,
      get: () => this.#forConnection(),
    });
    return options;
  }

  #forConnection(): ReconnectStrategy {
    let hasBroken = false;
    let last: Error | undefined;
    return (retries, cause) => {
      if (!this.#isOpen()) return false;
      hasBroken ||= commandFault(cause) === 'unknown';
      // The first failure is known to be of a primary's connection only after it was asked about.
      if (!hasBroken && last !== undefined && this.#primaryErrors.has(last)) return false;
      last = cause;
      return this.#strategy(retries, cause);
    };
  }
}
