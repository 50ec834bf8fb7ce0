import { connect } from '@a2a-redis-internal/redis-clients';
import { createCluster, type RedisClientType, type RedisClusterType } from 'redis';
import { afterAll, beforeAll } from 'vitest';

/** A server that runs, or a node of a cluster that does. */
export interface Running {
  readonly url: string;
  /** Absent where others go on using it. */
  readonly stop?: () => Promise<void>;
}

/** A server that the tests of a suite share, with a client of theirs. Both are there in tests only. */
export class Shared<Client extends { close(): Promise<void> }> {
  #running: Running | undefined;
  #client: Client | undefined;

  /** Made in the suite, before whose tests the server is started and after which it is stopped. */
  constructor(start: () => Promise<Running>, connectTo: (url: string) => Promise<Client>) {
    beforeAll(async () => {
      this.#running = await start();
      this.#client = await connectTo(this.#running.url);
    });
    afterAll(async () => {
      await this.#client?.close();
      await this.#running?.stop?.();
    });
  }

  get url(): string {
    return present(this.#running).url;
  }

  get client(): Client {
    return present(this.#client);
  }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('The server is started before the tests.');
  return value;
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
