import { isRecord } from '../../shared/check-options.ts';
import { backOff } from '../../redis/backoff.ts';
import { commandFault } from '../../redis/command-fault.ts';
import { isNodeRedisSentinel } from '../../redis/script-client.ts';
import type { Runtime } from '../../runtime/runtime.ts';

/** A sentinel client of node-redis, which keeps a connection for messages that nobody else can see. */
export interface WatchableSentinel {
  on(event: 'error' | 'topology-change', listener: (what: unknown) => void): unknown;
  off(event: 'error' | 'topology-change', listener: (what: unknown) => void): unknown;
  readonly isOpen: boolean;
}

/** Whether a client is one of those. */
export function isWatchableSentinel(client: object): client is WatchableSentinel {
  return isNodeRedisSentinel(client) && 'on' in client && 'off' in client && 'isOpen' in client;
}

/** How the errors of all other connections begin. */
const OF_OTHERS = /^(?:Sentinel|Master|Replica) Client \(/;

/**
 * Tells when the connection that receives messages for a sentinel client was lost and is back. Of that
 * connection the client tells nothing but its errors, as they are; those of its other connections it
 * tells with a name before them. When it is back, a subscription shows.
 */
export class SentinelWatch {
  readonly #runtime: Runtime;
  readonly #client: WatchableSentinel;
  readonly #probe: () => Promise<void>;
  readonly #onLost: () => void;
  /** How often it broke since it was last known to be there. */
  #breaks = 0;
  #isClosed = false;

  /**
   * @param probe Resolves when the connection can subscribe to a channel.
   * @param onLost Called once the connection is back, whose channels may not be subscribed to any more.
   */
  constructor(
    runtime: Runtime,
    client: WatchableSentinel,
    probe: () => Promise<void>,
    onLost: () => void,
  ) {
    this.#runtime = runtime;
    this.#client = client;
    this.#probe = probe;
    this.#onLost = onLost;
    client.on('error', this.#onError);
    client.on('topology-change', this.#onChange);
  }

  close(): void {
    this.#isClosed = true;
    this.#client.off('error', this.#onError);
    this.#client.off('topology-change', this.#onChange);
  }

  readonly #onError = (error: unknown): void => {
    if (error instanceof Error && !OF_OTHERS.test(error.message)) this.#look();
  };

  readonly #onChange = (event: unknown): void => {
    // The connection goes to the new master.
    if (isRecord(event) && event['type'] === 'MASTER_CHANGE') this.#look();
  };

  #look(): void {
    this.#breaks += 1;
    if (this.#breaks === 1) void this.#awaitReturn();
  }

  async #awaitReturn(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const before = this.#breaks;
      // What goes wrong, the client tells by itself. A server that refuses has been reached.
      const isBack = await this.#probe().then(
        () => true,
        (error: unknown) => commandFault(error) === 'refused',
      );
      if (this.#isClosed || !this.#client.isOpen) return;
      if (isBack && this.#breaks === before) break;
      if (!isBack) await backOff(this.#runtime, attempt, 50, 2000);
    }
    this.#breaks = 0;
    this.#onLost();
  }
}
