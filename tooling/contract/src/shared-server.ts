import { connect } from '@a2a-redis-internal/redis-clients';
import {
  type RedisServer,
  type RedisServerOptions,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import { createCluster, type RedisClientType, type RedisClusterType } from 'redis';
import { afterAll, beforeAll } from 'vitest';

/** A server that runs, or a node of a cluster that does. */
export interface Running {
  readonly url: string;
  /** Absent where others go on using it. */
  readonly stop?: () => Promise<void>;
}

/** A server that the tests of a suite share: started before them, stopped after them. */
export class Started<Server extends Running> {
  #server: Server | undefined;

  /** Made in the suite. */
  constructor(start: () => Promise<Server>) {
    beforeAll(async () => {
      this.#server = await start();
    });
    afterAll(async () => this.#server?.stop?.());
  }

  /** There in tests only. */
  get server(): Server {
    return present(this.#server);
  }

  get url(): string {
    return this.server.url;
  }
}

/** A server that the tests of a suite share, with a client of theirs. */
export class Shared<Client extends { close(): Promise<void> }> extends Started<Running> {
  #client: Client | undefined;

  constructor(start: () => Promise<Running>, connectTo: (url: string) => Promise<Client>) {
    super(start);
    beforeAll(async () => {
      this.#client = await connectTo(this.url);
    });
    // Before the server is stopped: what is declared last is done first.
    afterAll(async () => this.#client?.close());
  }

  /** There in tests only. */
  get client(): Client {
    return present(this.#client);
  }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('The server is started before the tests.');
  return value;
}

/** Starts a server, without a client, for the tests of the suite in which it is called. */
export function useServer(options: RedisServerOptions = {}): Started<RedisServer> {
  return new Started(() => startRedisServer(options));
}

/** A single server that tests share. */
export type SharedServer = Shared<RedisClientType>;

/** A cluster that tests share. */
export type SharedCluster = Shared<RedisClusterType>;

/** Starts a server for the tests of the suite in which it is called. */
export function shareServer(start: () => Promise<Running>): SharedServer {
  return new Shared(start, connect);
}

/** Starts a cluster for the tests of the suite in which it is called. */
export function shareCluster(start: () => Promise<Running>): SharedCluster {
  return new Shared(start, connectToCluster);
}

/** A connected client of a cluster. */
export async function connectToCluster(url: string): Promise<RedisClusterType> {
  const client: RedisClusterType = createCluster({ rootNodes: [{ url }] });
  // Without a listener, a lost connection would end the process.
  client.on('error', () => {});
  await client.connect();
  return client;
}
