import {
  type RedisServer,
  type RedisServerOptions,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll } from 'vitest';

/** The server of the tests of a file. */
export class ServerInUse {
  #server: RedisServer | undefined;

  /** @throws {Error} Outside of tests. */
  get server(): RedisServer {
    if (this.#server === undefined) throw new Error('The server has not been started');
    return this.#server;
  }

  get url(): string {
    return this.server.url;
  }

  async start(options: RedisServerOptions): Promise<void> {
    this.#server = await startRedisServer(options);
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }
}

/** Starts a server before the tests of a file, and stops it after them. */
export function useServer(options: RedisServerOptions = {}): ServerInUse {
  const used = new ServerInUse();
  beforeAll(async () => used.start(options));
  afterAll(async () => used.stop());
  return used;
}
