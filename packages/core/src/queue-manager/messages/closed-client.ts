import { A2ARedisError } from '../../shared/errors.ts';

/** A client of node-redis that tells what becomes of its connection. */
export interface EmittingClient {
  on(event: 'ready' | 'end' | 'error', listener: () => void): unknown;
  off(event: 'ready' | 'end' | 'error', listener: () => void): unknown;
}

/** Whether a client tells what becomes of it: not a structural one. */
export function emits(client: object): client is EmittingClient {
  return 'on' in client && 'off' in client;
}

/** Whether a client is closed, was never opened, or has given up to reconnect. */
export function isClosed(client: object): boolean {
  return 'isOpen' in client && client.isOpen === false;
}

/** The error of those who wait for what comes through a client that is closed. */
export function clientClosed(): A2ARedisError {
  return new A2ARedisError(
    'CLIENT_CLOSED',
    'The Redis client is closed, or has given up to reconnect. Connect it again.',
  );
}

/**
 * Calls once a client is closed, or gives up to reconnect: it emits `end`, or the error of its last attempt. One that
 * has lost its connection and looks for another is open.
 *
 * @returns Stops that.
 */
export function onceClosed(client: object, call: () => void): () => void {
  if (!emits(client)) return () => {};
  const stop = (): void => {
    client.off('end', look);
    client.off('error', look);
  };
  const look = (): void => {
    if (!isClosed(client)) return;
    stop();
    call();
  };
  client.on('end', look);
  client.on('error', look);
  return stop;
}

/**
 * Resolves once a client is connected: at once, where it does not tell.
 *
 * @param signal Fires when nobody waits for that any more.
 * @throws {A2ARedisError} `CLIENT_CLOSED` where it is closed before, or nobody waits any more.
 */
export async function untilReady(client: object, signal: AbortSignal): Promise<void> {
  if (!emits(client) || !('isReady' in client) || client.isReady !== false) return;
  await new Promise<void>((resolve, reject) => {
    const settle = (isReady: boolean): void => {
      stopWatching();
      client.off('ready', ready);
      signal.removeEventListener('abort', stopped);
      if (isReady) resolve();
      else reject(clientClosed());
    };
    const ready = (): void => {
      settle(true);
    };
    const stopped = (): void => {
      settle(false);
    };
    const stopWatching = onceClosed(client, stopped);
    client.on('ready', ready);
    signal.addEventListener('abort', stopped);
  });
}
