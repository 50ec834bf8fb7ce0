import { setMaxListeners } from 'node:events';
import { A2ARedisError } from '../shared/errors.ts';
import { backoffMs } from '../redis/backoff.ts';
import { withDeadline } from '../redis/deadline.ts';
import { withoutHello } from '../redis/server-support.ts';
import { systemRuntime } from '../runtime/runtime.ts';
import { sleep } from '../runtime/sleep.ts';
import { destroyClient } from './close-client.ts';
import { redisFault } from './redis-fault.ts';

/** What the first connect needs of any kind of node-redis client. */
export interface ConnectableClient {
  connect(): Promise<unknown>;
  destroy(): unknown;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;

/**
 * The time from the first attempt to the first connection of one client, and what is different
 * before and after: before, errors are kept for the one that is thrown at the end; after, they are
 * reported and the client reconnects for ever.
 */
export class ConnectPhase {
  readonly #timeoutMs: number;
  readonly #deadlineAt: number;
  readonly #sockets = new AbortController();
  readonly #report: (error: Error) => void;
  readonly #credentialsChange: boolean;
  #state: 'connecting' | 'connected' | 'failed' = 'connecting';
  #lastError: Error | undefined;

  /**
   * @param timeoutMs How long it takes at most, in milliseconds.
   * @param report Told of errors after it.
   * @param credentialsChange Whether others than were refused may come.
   */
  constructor(timeoutMs: number, report: (error: Error) => void, credentialsChange: boolean) {
    this.#timeoutMs = timeoutMs;
    this.#credentialsChange = credentialsChange;
    this.#deadlineAt = systemRuntime.now() + timeoutMs;
    this.#report = report;
    // Every socket of the client listens to it, and a pool or a cluster has many.
    setMaxListeners(0, this.#sockets.signal);
  }

  /** Until when the client may connect, on the clock of the system's runtime. */
  get deadlineAt(): number {
    return this.#deadlineAt;
  }

  /**
   * Ends a socket that is still connecting. node-redis cannot: `destroy()` does not know a socket
   * before it is connected, and leaves it to its own timeout.
   */
  get socketSignal(): AbortSignal {
    return this.#sockets.signal;
  }

  /** The listener of every error event. node-redis's sentinel emits strings as well. */
  readonly onError = (error: unknown): void => {
    const known = error instanceof Error ? error : new Error(String(error));
    if (this.#state === 'connected') this.#report(known);
    if (this.#state === 'connecting') this.#lastError = known;
  };

  /** node-redis's `reconnectStrategy`. */
  readonly reconnectStrategy = (retries: number, cause: Error): number | false => {
    const pauseMs = backoffMs(
      retries + 1,
      FIRST_PAUSE_MS,
      LONGEST_PAUSE_MS,
      systemRuntime.random(),
    );
    if (this.#state === 'connected') return pauseMs;
    if (this.#state === 'failed' || !this.#isPassing(cause)) return false;
    return Math.min(pauseMs, this.#remainingMs());
  };

  /**
   * Connects, within the deadline.
   *
   * @param make Makes a client. A cluster asks each of its nodes once and then gives up, so that
   *   more than one may be needed.
   * @param target Names the server, for the message.
   * @throws {A2ARedisError} `CONNECT_FAILED`; `SERVER_UNSUPPORTED` for a server that is too old to say hello.
   */
  async connect<T extends ConnectableClient>(make: () => T, target: string): Promise<T> {
    let lastFailure: unknown;
    for (let attempt = 1; ; attempt += 1) {
      const client = make();
      try {
        await withDeadline(systemRuntime, client.connect(), this.#deadlineAt, () => target);
        this.#state = 'connected';
        return client;
      } catch (error) {
        const timedOut = error instanceof A2ARedisError && error.code === 'DEADLINE_EXCEEDED';
        if (!timedOut) lastFailure = error;
        const cause = this.#lastError ?? lastFailure;
        const pauseMs = backoffMs(
          attempt,
          FIRST_PAUSE_MS,
          LONGEST_PAUSE_MS,
          systemRuntime.random(),
        );
        const over = timedOut || !this.#isPassing(cause) || pauseMs >= this.#remainingMs();
        if (over) this.#state = 'failed';
        void destroyClient(client);
        if (!over) {
          await sleep(systemRuntime, pauseMs);
          continue;
        }
        this.#sockets.abort();
        throw this.#failure(target, cause);
      }
    }
  }

  #remainingMs(): number {
    return Math.max(1, this.#deadlineAt - systemRuntime.now());
  }

  #failure(target: string, cause: unknown): A2ARedisError {
    const tooOld = cause instanceof Error ? withoutHello(cause) : undefined;
    if (tooOld !== undefined) return tooOld;
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    const message = this.#isPassing(cause)
      ? `No connection to Redis at ${target} within ${this.#timeoutMs} ms${reason}`
      : `Redis at ${target} cannot be used${reason}`;
    return new A2ARedisError(
      'CONNECT_FAILED',
      message,
      cause === undefined ? undefined : { cause },
    );
  }

  /**
   * Whether waiting may help: no server yet, or one that is loading or has too many clients. A wrong
   * password stays wrong, unless a provider gives them; and one that fails may not fail the next time.
   */
  #isPassing(cause: unknown): boolean {
    const fault = redisFault(cause);
    if (fault === 'locked-out') return this.#credentialsChange;
    return cause === undefined || fault === 'unsent' || fault === 'unknown' || fault === 'busy';
  }
}
