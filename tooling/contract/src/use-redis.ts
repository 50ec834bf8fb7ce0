import { connect } from '@a2a-redis-internal/redis-clients';
import {
  type RedisCluster,
  type RedisServer,
  type RedisServerOptions,
  startRedisCluster,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import type { RedisClientType } from 'redis';
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

/** As {@link useServer}; gives a client. */
export function useRedis(): () => RedisClientType {
  const used = useServer();
  let client: RedisClientType | undefined;
  beforeAll(async () => {
    client = await connect(used.url);
  });
  afterAll(async () => client?.close());
  return () => started(client);
}

/** As {@link useServer}, for a cluster; gives the URL of one of its nodes. */
export function useCluster(): () => string {
  let cluster: RedisCluster | undefined;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(async () => cluster?.stop());
  return () => started(cluster).urls[0] ?? '';
}

function started<T>(used: T | undefined): T {
  if (used === undefined) throw new Error('It is started before the tests.');
  return used;
}
