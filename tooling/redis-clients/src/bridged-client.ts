import { fromIoredis, type Ioredis } from '@a2a-redis/ioredis';
import * as io6 from 'ioredis';
import * as io5 from 'ioredis-v5';

import type { OpenClient, TestSentinels } from './open-client.ts';

/** A client of ioredis as stores and queues take it, with what its test does to that. */
export interface BridgedClient extends OpenClient {
  readonly isOpen: boolean;
  call(command: string, ...args: string[]): Promise<unknown>;
  connect(): Promise<unknown>;
  destroy(): void;
}

/** Makes one of a client, which connects by itself. */
export function bridged(client: Ioredis & { quit(): Promise<unknown> }): BridgedClient {
  return Object.assign(fromIoredis(client), {
    connect: async () => client.connect(),
    close: async () => client.quit(),
    destroy: () => void client.disconnect(),
  });
}

/** Options of a connection that tests use. */
export interface IoredisOptions {
  readonly db?: number;
  readonly keyPrefix?: string;
  readonly retryStrategy?: () => number | null;
}

/** A version of ioredis, whose clients connect soon again, and say nothing of their errors. */
export interface IoredisVersion {
  connect(url: string, options?: IoredisOptions): BridgedClient;
  connectCluster(urls: readonly string[]): BridgedClient;
  connectSentinel(sentinels: TestSentinels): BridgedClient;
}

const soon = { retryStrategy: (): number => 20 };

export const IOREDIS: Readonly<Record<'ioredis 6' | 'ioredis 5', IoredisVersion>> = {
  'ioredis 6': {
    connect: (url, options) => bridged(quiet(new io6.Redis(url, { ...soon, ...options }))),
    connectCluster: (urls) => bridged(quiet(new io6.Cluster([...urls]))),
    connectSentinel: ({ name, addresses }) =>
      bridged(quiet(new io6.Redis({ ...soon, name, sentinels: [...addresses] }))),
  },
  'ioredis 5': {
    connect: (url, options) => bridged(quiet(new io5.Redis(url, { ...soon, ...options }))),
    connectCluster: (urls) => bridged(quiet(new io5.Cluster([...urls]))),
    connectSentinel: ({ name, addresses }) =>
      bridged(quiet(new io5.Redis({ ...soon, name, sentinels: [...addresses] }))),
  },
};

function quiet<T extends { on(event: 'error', listener: () => void): unknown }>(client: T): T {
  client.on('error', () => {});
  return client;
}
