import * as v6 from 'redis';
import * as v5 from 'redis-v5';

/** The part of both versions' clients that tests use. */
export interface TestClient {
  connect(): Promise<unknown>;
  close(): Promise<unknown>;
  destroy(): unknown;
  on(event: string, listener: (error: Error) => void): unknown;
  sendCommand(args: string[]): Promise<unknown>;
  evalSha(sha1: string, options?: { keys?: string[]; arguments?: string[] }): Promise<unknown>;
  eval(script: string, options?: { keys?: string[]; arguments?: string[] }): Promise<unknown>;
  readonly isOpen: boolean;
}

interface TestClientOptions {
  readonly url?: string;
  readonly socket?: {
    readonly host?: string;
    readonly port?: number;
    readonly reconnectStrategy?: false | number;
    readonly socketTimeout?: number;
  };
  readonly commandsQueueMaxLength?: number;
  readonly disableOfflineQueue?: boolean;
  readonly commandOptions?: { readonly timeout: number };
}

interface TestPoolOptions {
  readonly minimum: number;
  readonly maximum: number;
  readonly acquireTimeout: number;
}

/** One of the two versions of node-redis that core supports. */
export interface NodeRedisVersion {
  readonly label: string;
  createClient(options: TestClientOptions): TestClient & { readonly isReady: boolean };
  createPool(options: TestClientOptions, pool: TestPoolOptions): TestClient;
  createCluster(urls: readonly string[]): Omit<TestClient, 'sendCommand'>;
}

/** node-redis keeps the options it is given, and changes them. */
function copy(options: TestClientOptions): TestClientOptions {
  return structuredClone(options);
}

export const NODE_REDIS_VERSIONS: readonly NodeRedisVersion[] = [
  {
    label: 'node-redis 5',
    createClient: (options) => v5.createClient(copy(options)),
    createPool: (options, pool) => v5.createClientPool(copy(options), pool),
    createCluster: (urls) => v5.createCluster({ rootNodes: urls.map((url) => ({ url })) }),
  },
  {
    label: 'node-redis 6',
    createClient: (options) => v6.createClient(copy(options)),
    createPool: (options, pool) => v6.createClientPool(copy(options), pool),
    createCluster: (urls) => v6.createCluster({ rootNodes: urls.map((url) => ({ url })) }),
  },
];
