import { createClient, createClientPool, createCluster, createSentinel } from 'redis';

import type { ClosableClient } from './close-client.ts';
import { type ConnectableClient, ConnectPhase } from './connect-phase.ts';
import { noteDatabase } from '../redis/channel-space.ts';
import { errorReporter } from '../shared/error-reporter.ts';
import {
  commandOptions,
  nodeRedisOptions,
  nodeSocketOptions,
  respOption,
  serverSocketOptions,
} from './node-redis-options.ts';
import type { RedisAddress } from './options.ts';
import type { ClusterTarget, ResolvedOptions, SentinelTarget } from './resolve-options.ts';
import { SentinelReconnects } from './sentinel-reconnects.ts';

/** What a node-redis client of any kind can do. */
export interface NodeRedisClient extends ConnectableClient, ClosableClient {
  once(event: 'end' | 'disconnect', listener: () => void): unknown;
}

/**
 * Makes a client of checked options and connects it.
 *
 * @throws {A2ARedisError} `CONNECT_FAILED`.
 */
export async function connectClient(options: ResolvedOptions): Promise<NodeRedisClient> {
  const report = errorReporter(
    `Redis client ${options.name}`,
    'REDIS_CLIENT_ERROR',
    options.onError,
  );
  const phase = new ConnectPhase(options.connectTimeoutMs, report);
  const client = await phase.connect(() => makeClient(options, phase), describeTarget(options));
  if (options.target.kind !== 'cluster') noteDatabase(client, options.target.database);
  return client;
}

function makeClient(options: ResolvedOptions, phase: ConnectPhase): NodeRedisClient {
  const { target } = options;
  if (target.kind === 'cluster') return makeCluster(options, target, phase);
  if (target.kind === 'sentinel') return makeSentinel(options, target, phase);
  const clientOptions = {
    ...nodeRedisOptions(options),
    ...respOption(options),
    database: target.database,
    commandOptions: commandOptions(options),
    socket: serverSocketOptions(nodeSocketOptions(options, phase), target.address),
  };
  if (target.kind === 'client') return createClient(clientOptions).on('error', phase.onError);
  return createClientPool(clientOptions, {
    // A pool that grows under load opens connections when the server can take them least, and in
    // node-redis 5 a connection that fails then is an unhandled rejection.
    minimum: target.maxConnections,
    maximum: target.maxConnections,
    acquireTimeout: options.commandTimeoutMs,
  }).on('error', phase.onError);
}

function makeCluster(
  options: ResolvedOptions,
  target: ClusterTarget,
  phase: ConnectPhase,
): NodeRedisClient {
  const socket = nodeSocketOptions(options, phase);
  return createCluster({
    ...respOption(options),
    rootNodes: target.rootNodes.map((address) => ({
      socket: serverSocketOptions(socket, address),
    })),
    defaults: { ...nodeRedisOptions(options), socket },
    commandOptions: commandOptions(options),
    ...nodeAddressMapOption(target),
  })
    .on('error', phase.onError)
    .on('node-error', phase.onError);
}

function makeSentinel(
  options: ResolvedOptions,
  target: SentinelTarget,
  phase: ConnectPhase,
): NodeRedisClient {
  const socket = nodeSocketOptions(options, phase);
  const isOpen = (): boolean => client.isOpen;
  const reconnects: SentinelReconnects = new SentinelReconnects(phase.reconnectStrategy, isOpen);
  const client = createSentinel({
    ...respOption(options),
    name: target.masterName,
    sentinelRootNodes: target.rootNodes.map((address) => ({ ...address })),
    nodeClientOptions: {
      ...nodeRedisOptions(options),
      database: target.database,
      socket: reconnects.applyTo(socket),
    },
    sentinelClientOptions: { ...sentinelCredentials(target), name: options.name, socket },
    commandOptions: commandOptions(options),
    // Commands share a connection. Without one of their own they take it from the pool, and where
    // several come at once, node-redis 5 and 6 never return some connections to it.
    reserveClient: true,
    masterPoolSize: target.maxConnections + 1,
    passthroughClientErrorEvents: true,
    // A sentinel's message can be lost; without a scan, so would be the failover it told of.
    scanInterval: 10_000,
    ...nodeAddressMapOption(target),
  });
  return client.on('error', (error: unknown) => {
    reconnects.note(error);
    // A subscriber that was forgotten may still fail once.
    if (isOpen()) phase.onError(error);
  });
}

function nodeAddressMapOption(target: ClusterTarget | SentinelTarget): {
  nodeAddressMap?: Record<string, RedisAddress>;
} {
  return target.nodeAddressMap === undefined
    ? {}
    : { nodeAddressMap: { ...target.nodeAddressMap } };
}

function sentinelCredentials(target: SentinelTarget): { username?: string; password?: string } {
  const { sentinelUsername: username, sentinelPassword: password } = target;
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

function describeTarget({ target }: ResolvedOptions): string {
  if (target.kind === 'client' || target.kind === 'pool') {
    return 'path' in target.address
      ? target.address.path
      : `${target.address.host}:${target.address.port}`;
  }
  const nodes = target.rootNodes.map(({ host, port }) => `${host}:${port}`).join(', ');
  return target.kind === 'cluster' ? nodes : `${nodes} (sentinels of "${target.masterName}")`;
}
