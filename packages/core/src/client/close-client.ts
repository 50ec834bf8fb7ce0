import { withDeadline } from '../redis/deadline.ts';
import { systemRuntime } from '../runtime/runtime.ts';
import type { PingableClient } from './ping.ts';

/** What closing needs of a client. */
export interface ClosableClient extends PingableClient {
  close(): Promise<unknown>;
  destroy(): unknown;
}

/**
 * Closes a client: with the replies that it still waits for where Redis answers, and without them
 * where it does not.
 *
 * The PING finds out which. A `close()` that waits for a reply which never comes cannot be called
 * off in node-redis 5: its `destroy()` throws then, and the socket stays.
 */
export async function closeClient(client: ClosableClient, deadlineMs: number): Promise<void> {
  const deadlineAt = systemRuntime.now() + deadlineMs;
  try {
    await withDeadline(systemRuntime, client.ping(), deadlineAt, () => 'Closing');
    await withDeadline(systemRuntime, client.close(), deadlineAt, () => 'Closing');
  } catch {
    await destroyClient(client);
  }
}

/** Destroys a client. One that is closed already throws in node-redis 5, and is gone all the same. */
export async function destroyClient(client: { destroy(): unknown }): Promise<void> {
  try {
    await client.destroy();
  } catch {
    // Closed already.
  }
}

/** What node-redis emits when a client was closed; neither by a pool, nor by the sentinel client of version 5. */
const CLOSED_EVENTS = ['end', 'disconnect'] as const;

/** A client that tells when it was closed. */
export interface EndingClient {
  on(event: (typeof CLOSED_EVENTS)[number], listener: () => void): unknown;
}

/** Calls back each time that a client is closed, by whomever, where it tells. */
export function whenClosed(client: EndingClient, callback: () => void): void {
  for (const event of CLOSED_EVENTS) client.on(event, callback);
}
