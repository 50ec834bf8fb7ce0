import { detailedError } from '../shared/detailed-error.ts';
import type { A2ARedisError } from '../shared/errors.ts';
import { requireClient } from '../shared/require-client.ts';
import { systemRuntime } from '../runtime/runtime.ts';
import { safeRedisOperation } from './safe-redis-operation.ts';

/** What a health check needs of a client; any node-redis client fits. */
export interface PingableClient {
  /** [PING](https://redis.io/docs/latest/commands/ping/) */
  ping(): Promise<unknown>;
}

/** One PING. */
export type RedisHealthCheck =
  | { readonly ok: true; readonly latencyMs: number }
  | { readonly ok: false; readonly error: A2ARedisError };

interface PendingPing {
  readonly reply: Promise<unknown>;
  /** On the clock of the runtime. */
  readonly sentAt: number;
}

/**
 * Sends PINGs to one client, one at a time.
 *
 * While Redis is away a PING waits in the client's queue. A check that finds the last one still
 * waiting waits for that, so that checks do not fill the queue which they watch.
 */
export class Pinger {
  readonly #client: PingableClient;
  #pending: PendingPing | undefined;

  /** @throws {A2ARedisError} `INVALID_OPTION` for what is no client. */
  constructor(client: PingableClient) {
    requireClient(client, 'client', ['ping']);
    this.#client = client;
  }

  /**
   * @param deadlineMs How long to wait for the reply, in milliseconds.
   * @returns A failure of any kind is a result.
   */
  async ping(deadlineMs: number): Promise<RedisHealthCheck> {
    try {
      const pending = (this.#pending ??= this.#send());
      const result = await safeRedisOperation(() => pending.reply, {
        deadlineMs: Math.ceil(deadlineMs),
        name: 'PING',
      });
      return result.ok ? { ok: true, latencyMs: systemRuntime.now() - pending.sentAt } : result;
    } catch (error) {
      const failed = detailedError('COMMAND_FAILED', 'PING failed.', {
        cause: error,
        detail: `PING: ${String(error)}`,
      });
      return { ok: false, error: failed };
    }
  }

  #send(): PendingPing {
    const sentAt = systemRuntime.now();
    const reply = this.#client.ping().finally(() => {
      this.#pending = undefined;
    });
    // The connection may end when nobody waits for the reply any more.
    reply.catch(() => {});
    return { reply, sentAt };
  }
}
